/** One place for the compiler's options: the Vite plugin and the command line both read it. */
export default {
  outdir: './src/lib/paraglide',
  strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
  cookieName: 'padelvar_locale',
  outputStructure: 'message-modules',
};
