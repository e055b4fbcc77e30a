import type { Command } from 'commander';
import type { PackCommandOptions, PreviewCommandOptions } from '../avatar/options.js';

/** Everything but the names of the commands is loaded when one of them is called. */
export function addAvatarCommand(program: Command): void {
  const avatar = program.command('avatar').description('look at, pack and try avatars: GLB, VRM, Gaussian splats, packed folders');
  avatar
    .command('check')
    .description('say what a file is, which shapes it has, and how well it will speak; status 1 where it cannot be used')
    .argument('<file|folder>', 'a GLB, a VRM, a ZIP of splats, or the folder of a packed avatar')
    .option('--json', 'the whole report as JSON')
    .action(async (path: string, options: { json?: true }) => (await import('../avatar/check.js')).check(path, options));
  avatar
    .command('pack')
    .description('make a folder to publish of a file: smaller geometry and pictures, a manifest with hashes, a thumbnail')
    .argument('<file>', 'a GLB, a VRM or a ZIP of splats')
    .requiredOption('--id <id>', 'required; letters, digits, "-" and "_": the folder it is published in')
    .requiredOption('--license <spdx>', 'required; SPDX expression, for instance CC-BY-4.0')
    .option('--name <text>', 'what people call it (default: the id)')
    .option('--avatar-version <text>', 'version in the manifest', '1.0.0')
    .option('-o, --out <folder>', 'where to (default: a folder named like the id)')
    .option('--thumbnail <picture>', 'a WebP, PNG or JPEG to use (default: one that Chromium draws, where it is found)')
    .option('--mapping <json>', 'a JSON file that says what targets with names of your own mean: { "Mund offen": "jawOpen" }')
    .option('--texture-size <pixels>', 'largest side of a picture', '2048')
    .option('--keep', 'leave the file as it is, add manifest and thumbnail only')
    .option('--force', 'replace what is in the folder')
    .action(async (path: string, options: PackCommandOptions) => (await import('../avatar/pack.js')).pack(path, options));
  avatar
    .command('preview')
    .description('a page on this machine to look at an avatar: 52 sliders, visemes, emotions, gaze, and a sentence that it speaks')
    .argument('<file|folder>', 'a GLB, a VRM, a ZIP of splats, or the folder of a packed avatar')
    .option('-p, --port <n>', 'port of the page, 0 takes a free one', '0')
    .option('--say <in.wav>', 'speech to speak: 16-bit PCM (default: a sentence that comes with the command)')
    .option('--no-open', 'print the address, open nothing')
    .action(async (path: string, options: PreviewCommandOptions) => (await import('../avatar/preview.js')).preview(path, options));
}
