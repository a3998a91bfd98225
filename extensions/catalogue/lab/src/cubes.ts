import type { ICubes } from '@eohub/cubes';
import type { JupyterFrontEnd } from '@jupyterlab/application';

/**
 * The cube view, where its extension is installed. It is asked for here and not in a plugin's `optional`, since a
 * token is an object: a copy of it in this extension would be another one, and without a copy nothing of this
 * extension would load where that one is missing.
 */
export async function cubesOf(app: JupyterFrontEnd): Promise<ICubes | null> {
  const cubes = await import('@eohub/cubes').catch(() => null);
  return cubes && app.resolveOptionalService(cubes.ICubes);
}
