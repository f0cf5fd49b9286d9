/** The clip that is being made: where it begins and ends, and the stretch of the movie that is shown around it. */
import { beginClip, moveHandle, planView, type Handle, type Stretch } from './plan-clip.ts';

export class ClipRange {
  /** Seconds; undefined until the player says where it stands. */
  stretch = $state.raw<Stretch>();
  view = $state.raw<Stretch>({ from: 0, to: 0 });
  #totalSeconds = 0;

  begin(atSeconds: number, totalSeconds: number): void {
    this.#totalSeconds = totalSeconds;
    this.stretch = beginClip(atSeconds, totalSeconds);
    this.settle();
  }

  /** To that second. The view stays as it is until `settle`, so that nothing moves under a finger. */
  move(handle: Handle, seconds: number): number {
    if (this.stretch === undefined) return 0;
    this.stretch = moveHandle(this.stretch, handle, seconds, this.#totalSeconds);
    return this.stretch[handle];
  }

  settle(): void {
    if (this.stretch !== undefined) this.view = planView(this.stretch, this.#totalSeconds);
  }
}
