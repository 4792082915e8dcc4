// Each VM keeps one colour for as long as the page is open, in every view.
const HUES = 10;
const given = new Map<string, number>();

export function hueOf(name: string): number {
  let hue = given.get(name);
  if (hue === undefined) given.set(name, (hue = given.size % HUES));
  return hue;
}

let probe: HTMLElement | undefined;

// What a custom property is in the theme of now, for canvases.
export function cssColour(property: string, opacity = 1): string {
  if (!probe) {
    probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${property})`;
  const colour = getComputedStyle(probe).color;
  return opacity === 1 ? colour : colour.replace("rgb(", "rgba(").replace(")", `, ${opacity})`);
}
