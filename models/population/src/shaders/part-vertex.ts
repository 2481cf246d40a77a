/** One vertex shader for every part: positions are already in the world, so it passes them on. */
export const PART_VERTEX_SHADER = /* glsl */ `
precision highp float;
in vec3 position;
in vec3 normal;
in vec2 uv;
in float ao;
in vec4 mask;   // skin: beard, blush, warmth, kept beside a garment; hair: strand direction, opacity
in float scalp; // strength of the scalp paint
in vec3 rest;   // position on the rest head (skin alone)
uniform mat4 viewProjection;
uniform float depthBias;
out vec3 vPosition;
out vec3 vNormal;
out vec2 vUv;
out float vAo;
out vec4 vMask;
out float vScalp;
out vec3 vRest;

void main() {
  vPosition = position;
  vNormal = normal;
  vUv = uv;
  vAo = ao;
  vMask = mask;
  vScalp = scalp;
  vRest = rest;
  gl_Position = viewProjection * vec4(position, 1.);
  gl_Position.z -= depthBias * gl_Position.w;
}`;
