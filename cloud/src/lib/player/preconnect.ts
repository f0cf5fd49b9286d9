/** A connection to where movies lie, made while the page still asks for its playlist: over a phone's line that takes a tenth of a second. */

const MARK = 'data-storage';

/** Browsers close what is not used for some seconds: to be called each time that a movie is about to be asked for. */
export function preconnect(origin: string): void {
  document.head.querySelector(`link[${MARK}]`)?.remove();
  const link = document.createElement('link');
  link.rel = 'preconnect';
  link.href = origin;
  // As pieces are fetched: without cookies, which is another connection than one with them.
  link.crossOrigin = 'anonymous';
  link.setAttribute(MARK, '');
  document.head.append(link);
}
