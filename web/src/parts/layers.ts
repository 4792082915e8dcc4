// Memory of VMs over time, one on the other.
const MOST = 10; // VMs with a layer of their own

export interface Layers {
  names: string[];
  stacked: (number | null)[][]; // time, and the upper edge of each layer
  rest: boolean; // the last layer is all others
}

// Layers from the bottom up: the VMs with the most memory, and all others as one. A missing VM has nothing.
export function layers(columns: string[], rows: (number | null)[][]): Layers {
  const total = columns.map((_name, index) => rows.reduce((sum, row) => sum + (row[index + 1] ?? 0), 0));
  const order = columns.map((_name, index) => index).filter((index) => total[index]).sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0));
  const own = order.slice(0, MOST);
  const rest = order.slice(MOST);
  const groups = [...own.map((index) => [index]), ...(rest.length ? [rest] : [])];
  const names = [...own.map((index) => columns[index] ?? ""), ...(rest.length ? [`${rest.length} others`] : [])];
  const stacked = rows.map((row) => {
    // Nothing was seen then, which is not the same as nothing there.
    if (row.slice(1).every((value) => value === null)) return [row[0] ?? null, ...groups.map(() => null)];
    let sum = 0;
    return [row[0] ?? null, ...groups.map((group) => (sum += group.reduce((both, index) => both + (row[index + 1] ?? 0), 0)))];
  });
  return { names, stacked, rest: rest.length > 0 };
}
