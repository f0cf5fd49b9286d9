/** What goes wrong can go wrong for days, several times a second: of its repetitions the 1st, 2nd, 4th, 8th and so on are told. */
export function isTold(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}
