/** Depth from the key light, for the shadow map. */
export const DEPTH_SHADER = /* glsl */ `
precision highp float;
out vec4 depth;

void main() {
  depth = vec4(gl_FragCoord.z, 0., 0., 1.);
}`;
