"""Prints the content of bench_papers with one of its peers and says what it cost: seconds of a processor for one page and for the
long paper. Layouts are alike, not equal: a head, a table whose head comes again on each page, a total and a code."""

import io
import json
import sys
import time

PAGES = 20
content = json.load(sys.stdin)
HEADS = ["Description", "Qty", "Unit price", "Amount"]
URL = "https://pay.fern.example/p/7hK2pQxW4mT9vB000001"


def by_weasyprint():
    import segno
    from weasyprint import HTML

    code = segno.make(URL).svg_data_uri()
    style = (
        "@page { size: A4; margin: 17mm 20mm 22mm } body { font: 9pt sans-serif } table { width: 100%; border-collapse: collapse }"
        "th { text-align: left; border-bottom: 1pt solid } td { border-bottom: 0.5pt solid #ddd; padding: 2mm 0 }"
        "tr { break-inside: avoid } td + td, th + th { text-align: right }"
    )

    def printed(paper):
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in paper["rows"])
        heads = "".join(f"<th>{head}</th>" for head in HEADS)
        page = f"""<html lang="en"><head><title>Order</title><style>{style}</style></head><body><h1>Order</h1>
            <table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p>Total {paper["total"]}</p><img alt="" src="{code}"></body></html>"""
        return HTML(string=page).write_pdf(pdf_variant="pdf/a-3b")

    return printed


def by_reportlab():
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()

    def printed(paper):
        out = io.BytesIO()
        rows = [[Paragraph(row[0], style["BodyText"])] + row[1:] for row in paper["rows"]]
        table = Table([HEADS] + rows, repeatRows=1, colWidths=[250, 60, 80, 80])
        table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey), ("ALIGN", (1, 0), (-1, -1), "RIGHT")])
        code = Drawing(60, 60)
        code.add(QrCodeWidget(URL, barWidth=60, barHeight=60))
        total = Paragraph(f"Total {paper['total']}", style["BodyText"])
        SimpleDocTemplate(out, pagesize=A4).build([Paragraph("Order", style["Title"]), table, total, code])
        return out.getvalue()

    return printed


printed = {"weasyprint": by_weasyprint, "reportlab": by_reportlab}[sys.argv[1]]()
printed(content["one"])
start = time.process_time()
for _ in range(PAGES):
    printed(content["one"])
one = (time.process_time() - start) / PAGES
start = time.process_time()
printed(content["long"])
print(one, time.process_time() - start)
