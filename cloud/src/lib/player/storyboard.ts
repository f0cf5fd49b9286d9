/** The pictures of the seek bar: WebVTT whose cues are tiles of one JPEG (`storyboard.jpg#xywh=x,y,w,h`). Pure. */

export interface Tile {
  fromSeconds: number;
  toSeconds: number;
  /** Of the picture that holds all tiles, relative to the text's own address. */
  image: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const CUE = /^([\d:.]+) --> ([\d:.]+)\s*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)$/gm;

export function parseStoryboard(text: string): Tile[] {
  return [...text.matchAll(CUE)].map(([, from = '', to = '', image = '', ...place]) => {
    const [x = 0, y = 0, width = 0, height = 0] = place.map(Number);
    return { fromSeconds: parseTime(from), toSeconds: parseTime(to), image, x, y, width, height };
  });
}

export function findTile(tiles: readonly Tile[], seconds: number): Tile | undefined {
  return (
    tiles.find(({ fromSeconds, toSeconds }) => fromSeconds <= seconds && seconds < toSeconds) ?? tiles.at(-1)
  );
}

/** `00:01:30.500` as seconds. */
function parseTime(text: string): number {
  return text.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
