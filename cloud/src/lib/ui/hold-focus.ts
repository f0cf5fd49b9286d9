/**
 * For `{@attach}` on a page's content: who goes by keyboard is not thrown back to the top of the page when what had the focus
 * goes away, as a *Start* does that has been pressed. The heading nearest to it takes the focus then.
 */
export function holdFocus(content: HTMLElement): () => void {
  /** What has the keyboard's focus, and what it is in, the nearest first. */
  let held: HTMLElement[] = [];

  function note() {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || !content.contains(focused)) return;
    held = focused.matches(':focus-visible') ? listWithin(content, focused) : [];
  }

  function keep() {
    const [focused] = held;
    if (focused === undefined || focused.isConnected) return;
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const around = [...held, content].find((element) => element.isConnected && findHeading(element));
    // Where there is none yet, as while a camera opens, the next one that comes takes it.
    if (around === undefined) return;
    held = [];
    focusHeading(findHeading(around));
  }

  // A dialog is outside the content, and may have the focus when what opened it goes away.
  const observer = new MutationObserver(keep);
  observer.observe(document.body, { childList: true, subtree: true });
  const events = ['focusin', 'keydown'] as const;
  for (const name of events) document.addEventListener(name, note);
  return () => {
    observer.disconnect();
    for (const name of events) document.removeEventListener(name, note);
  };
}

function listWithin(content: HTMLElement, element: HTMLElement): HTMLElement[] {
  const { parentElement } = element;
  return parentElement === null || element === content
    ? [element]
    : [element, ...listWithin(content, parentElement)];
}

function findHeading(element: HTMLElement): HTMLElement | null {
  return element.querySelector<HTMLElement>('h1, h2');
}

function focusHeading(heading: HTMLElement | null): void {
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus();
}
