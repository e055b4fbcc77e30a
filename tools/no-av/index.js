/** Where a bundled ffmpeg would lie there is none: whoever wants one has it on the path. */
export function getFfmpegPath() {
  return 'ffmpeg';
}
