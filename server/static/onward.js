// Goes on to the payment service by itself. Whoever comes back with the browser's own button stays and may choose.
const [entry] = performance.getEntriesByType("navigation");
if (entry?.type !== "back_forward") document.querySelector("form[data-onward]")?.submit();
