const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^image\/tiff.*profile="?cloud-optimized/, 'Cloud Optimized GeoTIFF'],
  [/^image\/tiff.*application="?geotiff/, 'GeoTIFF'],
  [/^application\/(vnd\+?\.?zarr|x-zarr)/, 'Zarr'],
  [/^application\/(x-)?netcdf/, 'NetCDF'],
  [/^application\/(x-)?hdf5?/, 'HDF'],
  [/^application\/(x-|wmo-)?grib/, 'GRIB'],
  [/^application\/(vnd\.apache\.parquet|x-parquet)/, 'Parquet'],
  [/^application\/geo\+json/, 'GeoJSON'],
  [/^application\/.*json/, 'JSON'],
  [/^application\/(.*\+)?xml|^text\/xml/, 'XML'],
  [/^application\/pdf/, 'PDF'],
  [/^application\/zip/, 'ZIP'],
  [/^text\/html/, 'web page'],
  [/^text\/plain/, 'text'],
  [/^image\/jpe?g/, 'JPEG'],
  [/^image\/png/, 'PNG'],
  [/^image\/webp/, 'WebP'],
  [/^image\/jp2/, 'JPEG 2000'],
  [/^image\/tiff/, 'TIFF']
];

/** A media type by the name that people use, or as it is; empty where there is none. */
export function mediaType(type: string | null): string {
  const plain = type?.trim().toLowerCase() ?? '';
  return NAMES.find(([pattern]) => pattern.test(plain))?.[1] ?? type ?? '';
}
