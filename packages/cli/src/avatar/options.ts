/** What commander hands to the commands. */
export interface PackCommandOptions {
  readonly id: string;
  readonly license: string;
  readonly name?: string;
  readonly avatarVersion: string;
  readonly out?: string;
  readonly thumbnail?: string;
  readonly mapping?: string;
  readonly textureSize: string;
  readonly keep?: true;
  readonly force?: true;
}

export interface PreviewCommandOptions {
  readonly port: string;
  readonly say?: string;
  readonly open: boolean;
}
