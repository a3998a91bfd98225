import type BaseLayer from 'ol/layer/Base.js';
import TileLayer from 'ol/layer/Tile.js';
import VectorLayer from 'ol/layer/Vector.js';
import VectorImageLayer from 'ol/layer/VectorImage.js';
import VectorSource from 'ol/source/Vector.js';
import XYZ from 'ol/source/XYZ.js';
import { coarseWorld, fineWorld, type Basemap } from './basemap';
import type { ShapeFeature } from './features';
import { Grid } from './grid';
import { stylesOf } from './styles';
import type { Palette, Tiles } from './types';

const FINE_FROM_ZOOM = 3;

/** What is drawn, from the bottom to the top. */
export class MapLayers {
  readonly footprints = new VectorSource<ShapeFeature>();
  readonly area = new VectorSource<ShapeFeature>();
  readonly sketch = new VectorSource();
  private readonly highlighted = new VectorSource<ShapeFeature>();
  private readonly selected = new VectorSource<ShapeFeature>();
  private readonly tileLayer = new TileLayer<XYZ>();
  private readonly landLayer = new VectorLayer();
  private readonly lineLayer = new VectorLayer();
  private readonly grid = new Grid();
  private readonly areaLayer = new VectorLayer({ source: this.area });
  /** As a picture, which follows the pointer however many footprints it holds, and is drawn anew at rest. */
  private readonly footprintLayer = new VectorImageLayer({
    source: this.footprints,
    imageRatio: 2
  });
  private readonly selectedLayer = new VectorLayer({ source: this.selected });
  private readonly highlightedLayer = new VectorLayer({ source: this.highlighted });
  private readonly sketchLayer = new VectorLayer({
    source: this.sketch,
    updateWhileInteracting: true,
    updateWhileAnimating: true
  });
  readonly all: BaseLayer[] = [
    this.landLayer,
    this.lineLayer,
    this.tileLayer,
    this.grid,
    this.areaLayer,
    this.footprintLayer,
    this.selectedLayer,
    this.highlightedLayer,
    this.sketchLayer
  ];
  private world: 'none' | 'coarse' | 'fine' = 'none';

  constructor(palette: Palette) {
    this.tileLayer.setVisible(false);
    this.paint(palette);
  }

  /** Take the colours of a theme. */
  paint(palette: Palette): void {
    const styles = stylesOf(palette);
    this.grid.paint(palette);
    this.landLayer.setStyle(styles.land);
    this.lineLayer.setStyle(styles.lines);
    this.areaLayer.setStyle(styles.area);
    this.footprintLayer.setStyle(styles.footprints);
    this.selectedLayer.setStyle(styles.selected);
    this.highlightedLayer.setStyle(styles.highlighted);
    this.sketchLayer.setStyle(styles.sketch);
  }

  /** Mark footprints, or none. */
  mark(highlighted: ShapeFeature | undefined, selected: ShapeFeature | undefined): void {
    replace(this.highlighted, highlighted);
    replace(this.selected, selected);
  }

  /** Show tiles instead of the land, or the land. */
  setTiles(tiles: Tiles | null): void {
    this.tileLayer.setSource(tiles && new XYZ({ url: tiles.url, crossOrigin: 'anonymous' }));
    this.tileLayer.setVisible(tiles !== null);
    this.landLayer.setVisible(tiles === null);
    this.lineLayer.setVisible(tiles === null);
  }

  /** Load as much of the world as a zoom shows; what cannot be loaded is left out. */
  async fill(zoom: number): Promise<void> {
    const wanted = zoom >= FINE_FROM_ZOOM ? 'fine' : 'coarse';
    if (this.world === 'fine' || this.world === wanted) {
      return;
    }
    const before = this.world;
    this.world = wanted;
    try {
      const basemap = await (wanted === 'fine' ? fineWorld() : coarseWorld());
      if (this.world === wanted) {
        this.show(basemap);
      }
    } catch {
      this.world = before;
    }
  }

  private show({ land, lines }: Basemap): void {
    this.landLayer.setSource(land);
    this.lineLayer.setSource(lines);
  }
}

function replace(source: VectorSource<ShapeFeature>, feature: ShapeFeature | undefined): void {
  source.clear(true);
  if (feature) {
    source.addFeature(feature);
  }
}
