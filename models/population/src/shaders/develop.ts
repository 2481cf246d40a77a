/** A triangle over the whole picture. */
export const PICTURE_VERTEX_SHADER = /* glsl */ `
precision highp float;
in vec3 position;
out vec2 uv;

void main() {
  uv = position.xy * .5 + .5;
  gl_Position = vec4(position.xy, 0., 1.);
}`;

/**
 * Turns linear light into the stored picture: averages the samples of a pixel, and either maps tones for display over
 * a background, or encodes a captured layer as (x / range)^(1/2.2), premultiplied.
 */
export const DEVELOP_SHADER = /* glsl */ `
precision highp float;
in vec2 uv;
out vec4 colour;
uniform sampler2D light;
uniform vec2 sampleSize;     // one sample in texture coordinates
uniform int supersampling;   // samples along a side of a pixel, up to 4
uniform float exposure, vibrance, backgroundOpacity;
uniform float layerRange;    // above 0: encode a captured layer
uniform vec3 backgroundCentre, backgroundRim;

// Linear, then a soft shoulder that keeps the hue; only the hottest part fades to white.
vec3 toneMapped(vec3 x) {
  x *= exposure;
  const float knee = .52;
  float peak = max(max(x.r, x.g), max(x.b, 1e-4));
  float mapped = peak < knee ? peak : knee + (1. - knee) * (1. - exp(-(peak - knee) / (1. - knee)));
  vec3 sameHue = x * (mapped / peak);
  return clamp(mix(sameHue, vec3(mapped), smoothstep(.8, 2.4, peak) * .6), 0., 1.);
}

void main() {
  vec3 sum = vec3(0.);
  float alpha = 0.;
  for (int j = 0; j < 4; j++) {
    for (int i = 0; i < 4; i++) {
      if (i >= supersampling || j >= supersampling) continue;
      vec2 place = uv + (vec2(float(i), float(j)) - .5 * float(supersampling - 1)) * sampleSize;
      vec4 s = texture(light, place);
      float a = clamp(s.a, 0., 1.);
      vec3 straight = s.rgb / max(a, .004);
      vec3 display = layerRange > 0. ? min(straight / layerRange, vec3(1.)) : toneMapped(straight);
      sum += pow(display, vec3(1. / 2.2)) * a;
      alpha += a;
    }
  }
  float count = float(supersampling * supersampling);
  sum /= count;
  alpha /= count;
  if (layerRange <= 0.) sum = mix(vec3(dot(sum, vec3(.3, .59, .11))), sum, vibrance);
  vec3 background = mix(backgroundCentre, backgroundRim, smoothstep(.05, .85, length(uv - vec2(.42, .62))));
  colour = vec4(sum + background * (1. - alpha) * backgroundOpacity, mix(alpha, 1., backgroundOpacity));
}`;
