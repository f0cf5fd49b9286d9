/** A player whose movie is loaded anew shows nothing for a moment: its last picture is laid over it until then. */

const OVER = 'pointer-events-none absolute inset-0 size-full object-contain';

export function holdPicture(video: HTMLVideoElement): void {
  if (video.videoWidth === 0) return;
  const picture = document.createElement('canvas');
  picture.width = video.videoWidth;
  picture.height = video.videoHeight;
  picture.className = OVER;
  picture.setAttribute('aria-hidden', 'true');
  picture.getContext('2d')?.drawImage(video, 0, 0);
  video.after(picture);
  const ended = new AbortController();
  const release = (): void => {
    ended.abort();
    picture.remove();
  };
  for (const name of ['seeked', 'error'] as const) {
    video.addEventListener(name, release, { signal: ended.signal });
  }
}
