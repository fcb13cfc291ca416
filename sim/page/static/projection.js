// An equal-area conic projection (Albers) of degrees, on a sphere of radius 1 (Snyder, 1987, equations 14-1 to 14-11).

const RADIANS = Math.PI / 180;

/** One that suits some points: around their middle, true on two parallels between them; south is down the page. */
export function conicAround(places) {
  const longitudes = places.map((place) => place.lon);
  const latitudes = places.map((place) => place.lat);
  const [low, high] = [Math.min(...latitudes), Math.max(...latitudes)];
  const sixth = Math.max((high - low) / 6, 1);
  const meridian = (Math.min(...longitudes) + Math.max(...longitudes)) / 2;
  const [south, north] = [(low + sixth) * RADIANS, (high - sixth + 0.01) * RADIANS];
  const n = (Math.sin(south) + Math.sin(north)) / 2;
  const c = Math.cos(south) ** 2 + 2 * n * Math.sin(south);
  const offset = Math.sqrt(c) / n;
  return {
    project([longitude, latitude]) {
      const rho = Math.sqrt(Math.max(c - 2 * n * Math.sin(latitude * RADIANS), 0)) / n;
      const theta = n * (longitude - meridian) * RADIANS;
      return [rho * Math.sin(theta), rho * Math.cos(theta) - offset];
    },
    unproject([x, y]) {
      const down = y + offset;
      const sine = (c - (n * Math.hypot(x, down)) ** 2) / (2 * n);
      return [meridian + Math.atan2(x, down) / n / RADIANS, Math.asin(Math.min(Math.max(sine, -1), 1)) / RADIANS];
    },
  };
}
