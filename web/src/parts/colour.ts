// Each VM keeps one colour for as long as the page is open, in every view.
const HUES = 10;
const given = new Map<string, number>();

export function hueOf(name: string): number {
  let hue = given.get(name);
  if (hue === undefined) given.set(name, (hue = given.size % HUES));
  return hue;
}

// The value of a custom property, for canvases.
export function cssColour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
