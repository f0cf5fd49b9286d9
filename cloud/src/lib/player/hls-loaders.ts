/** How hls.js gets what it asks for: a playlist that is on its way already, and pieces in small bites. */
import type {
  FetchLoader,
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  PlaylistLoaderContext,
} from 'hls.js';
import type { OpenedPlaylist } from './opened-playlist.ts';

type Loading<Context extends LoaderContext> = [Context, LoaderConfiguration, LoaderCallbacks<Context>];

/**
 * hls.js looks at what arrives after so many bytes; by itself after 128 KiB. A fragment that is larger by a little would
 * wait for as many again: 0.1 s at 10 Mbit/s.
 */
const BITE_BYTES = 16 * 1024;

/** hls.js's own loader is its `FetchLoader`: it comes with the library. */
export function planLoaders(
  Base: typeof FetchLoader,
  opened: OpenedPlaylist,
): Pick<Required<HlsConfig>, 'pLoader' | 'fLoader'> {
  class PieceLoader extends Base {
    override load(...[context, config, callbacks]: Loading<LoaderContext>): void {
      const highWaterMark = Math.min(config.highWaterMark ?? Infinity, BITE_BYTES);
      const isProgressive = Number.isFinite(config.highWaterMark);
      super.load(context, isProgressive ? { ...config, highWaterMark } : config, callbacks);
    }
  }
  class PlaylistLoader extends Base {
    #isOver = false;

    override load(...[context, config, callbacks]: Loading<LoaderContext>): void {
      const take = context.url === opened.address ? opened.take() : Promise.resolve(undefined);
      void take.then((text) => {
        if (this.#isOver) return;
        if (text === undefined) {
          super.load(context, config, callbacks);
          return;
        }
        const { stats } = this;
        stats.loading.start = stats.loading.first = stats.loading.end = performance.now();
        stats.loaded = stats.total = text.length;
        const { href: url } = new URL(context.url, location.href);
        callbacks.onSuccess({ url, data: text, code: 200 }, stats, context, null);
      });
    }

    override abort(): void {
      this.#isOver = true;
      super.abort();
    }

    override destroy(): void {
      this.#isOver = true;
      super.destroy();
    }
  }
  return {
    pLoader: PlaylistLoader as new (config: HlsConfig) => Loader<PlaylistLoaderContext>,
    fLoader: PieceLoader as unknown as Required<HlsConfig>['fLoader'],
  };
}
