/** What style sheets and the theme decide of the drawing. */
const properties = [
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'visibility', 'transform'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order'],
];

/** The drawing as a file that needs nothing of the page. */
export function svgOf(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const copies = copy.querySelectorAll<SVGElement>('*');
  for (const [index, original] of [...drawing.querySelectorAll('*')].entries()) {
    const style = getComputedStyle(original);
    for (const name of properties) copies[index]!.style.setProperty(name, style.getPropertyValue(name));
  }
  const { clientWidth, clientHeight } = drawing;
  copy.setAttribute('viewBox', `0 0 ${clientWidth} ${clientHeight}`);
  copy.style.setProperty('background', getComputedStyle(drawing).backgroundColor);
  return new XMLSerializer().serializeToString(copy);
}
