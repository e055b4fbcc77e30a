/** Bytes for people. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export const plural = (value: number, word: string, ending = 's'): string => `${value} ${word}${value === 1 ? '' : ending}`;
