/** semia example [DIR]: the example scenes as files. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { renderLayout } from '../../data/layout/layout.ts';
import { hex, type Palette } from '../../data/layout/palette.ts';
import { allSceneNames, paintScene, type Scene } from '../../data/scenes/index.ts';
import { encodePng } from '../../node/encode.ts';
import { type OutputFile, writeFilesAtomic } from '../../node/files.ts';
import { integer } from '../options/options.ts';
import { checkWritable, removeEmpty } from '../options/outputs.ts';

export const scenePalette = (scene: Scene): Palette => ({
  as: 'colors',
  classes: scene.classes.map(({ name, color }) => ({ name, color })),
});

/**
 * A scene's files: photo.png, layout.png, palette.txt, targets/*.png (layouts) and truth/*.png (what the painter makes
 * of them).
 */
export function sceneFiles(scene: Scene, folder: string): OutputFile[] {
  const palette = scenePalette(scene);
  const photo = (p: Scene['source']): Uint8Array => encodePng({ width: p.width, height: p.height, rgb: p.photo });
  const layout = (p: Scene['source']): Uint8Array => encodePng(renderLayout({ ...p, labels: p.layout }, palette));
  return [
    { path: join(folder, 'photo.png'), bytes: photo(scene.source) },
    { path: join(folder, 'layout.png'), bytes: layout(scene.source) },
    {
      path: join(folder, 'palette.txt'),
      bytes: `${palette.classes.map((c) => `${hex(c.color)} ${c.name}`).join('\n')}\n`,
    },
    ...scene.targets.flatMap((t) => [
      { path: join(folder, 'targets', pictureFile(t)), bytes: layout(t) },
      { path: join(folder, 'truth', pictureFile(t)), bytes: photo(t) },
    ]),
  ];
}

export function addExample(program: Command): void {
  program
    .command('example')
    .description('paint the example scenes: photographs, layouts, targets, and the true picture of each target')
    .argument('[dir]', 'where to', 'examples')
    .option('--size <pixels>', 'width of the pictures', integer(64, 1024), 256)
    .option('--seed <number>', 'another seed gives other clouds, leaves and waves', integer(0, 2 ** 31 - 1), 1)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  semia example examples\n' +
        '  semia analogy examples/lake/photo.png examples/lake/layout.png examples/lake/targets -o results ' +
        '--preset fast\n',
    )
    .action(async (dir: string, o: { size: number; seed: number }) => {
      await checkWritable(join(dir, 'x'));
      for (const name of allSceneNames) {
        const scene = paintScene(name, o);
        const folder = join(dir, name);
        await writeFilesAtomic(sceneFiles(scene, folder)).catch(async (e) => {
          await removeEmpty(dir);
          throw e;
        });
        console.log(`${folder}: ${scene.title}, ${scene.targets.length} targets`);
      }
    });
}

/** File name of a target's pictures: no spaces to quote on a command line. */
export const pictureFile = (p: { name: string }): string => `${p.name.replace(/\s+/g, '-')}.png`;
