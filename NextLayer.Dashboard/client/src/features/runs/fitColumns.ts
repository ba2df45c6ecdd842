interface Sized {
  rem: number;
  grow?: number;
  spare: number;
}

const REM = 16;
/** Between two columns, and at both sides of a row. */
const GAP = 12;
const SIDES = 32;
/** The column of the checkboxes and that of the menus. */
const EDGES = 2 * 2 * REM;

/** Those columns for which there is room, in their order. What always stays stays, even where there is none. */
export function fitColumns<T extends Sized>(columns: readonly T[], width: number): T[] {
  const fit = [...columns];
  while (widthOf(fit) > width) {
    const least = fit.reduce((a, b) => (b.spare > a.spare ? b : a), fit[0]!);
    if (!least || least.spare === 0) break;
    fit.splice(fit.indexOf(least), 1);
  }
  return fit;
}

function widthOf(columns: readonly Sized[]): number {
  return SIDES + EDGES + columns.reduce((sum, column) => sum + column.rem * REM + GAP, GAP);
}

/** The tracks of a row's grid. */
export function tracksOf(columns: readonly Sized[]): string {
  return `2rem ${columns.map(({ rem, grow }) => (grow ? `minmax(${rem}rem, ${grow}fr)` : `${rem}rem`)).join(" ")} 2rem`;
}
