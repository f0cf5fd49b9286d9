/** The library's smaller build has no declarations of its own; what it leaves out is not used here. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
