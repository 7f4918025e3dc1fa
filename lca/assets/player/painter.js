"use strict";
// Paints sorted Gaussians by WebGL 2: one quad each, back to front. The numbers are those of lca.render.conventions.
const painter = (() => {
  const VERTEX = `#version 300 es
    precision highp float;
    precision highp sampler2D;
    uniform sampler2D splats;
    uniform mat4 camera_from_world;
    uniform vec3 lens; // focal length, width and height of the picture in pixels
    in uint splat;
    out vec2 offset; // from the centre, in standard deviations
    flat out vec4 colour;
    const float NEAR = 0.01, BLUR = 0.3, MARGIN = 0.15, ALPHA_MIN = 1.0 / 255.0;

    vec4 texel(uint part) {
      uint place = 4u * splat + part;
      return texelFetch(splats, ivec2(int(place & 1023u), int(place >> 10u)), 0);
    }

    void main() {
      gl_Position = vec4(0.0, 0.0, 2.0, 1.0); // outside of the picture
      vec4 first = texel(0u), second = texel(1u), third = texel(2u);
      vec3 p = (camera_from_world * vec4(first.xyz, 1.0)).xyz;
      if (p.z < NEAR || first.w < ALPHA_MIN) return;

      // Covariance in the picture: rows of J W, the ray's slope clamped a little outside of the picture.
      mat3 axes = transpose(mat3(camera_from_world));
      vec2 limit = (0.5 + MARGIN) * lens.yz / lens.x;
      vec2 slope = clamp(p.xy / p.z, -limit, limit);
      vec3 u = (axes[0] - slope.x * axes[2]) * (lens.x / p.z);
      vec3 v = (axes[1] - slope.y * axes[2]) * (lens.x / p.z);
      mat3 covariance = mat3(
        second.x, second.y, second.z, second.y, second.w, third.x, second.z, third.x, third.y);
      float xx = dot(u, covariance * u) + BLUR, xy = dot(u, covariance * v), yy = dot(v, covariance * v) + BLUR;

      // A square about the circle where alpha falls below 1/255, sheared onto the ellipse (Cholesky).
      float reach = sqrt(2.0 * log(first.w / ALPHA_MIN));
      offset = reach * vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - reach;
      float a = sqrt(xx), b = xy / a, c = sqrt(max(yy - b * b, 0.0));
      vec2 pixel = lens.x * p.xy / p.z + vec2(a * offset.x, b * offset.x + c * offset.y);
      gl_Position = vec4(pixel / (0.5 * lens.yz) * vec2(1.0, -1.0), 0.0, 1.0);
      colour = vec4(texel(3u).rgb, first.w);
    }`;

  const FRAGMENT = `#version 300 es
    precision highp float;
    in vec2 offset;
    flat in vec4 colour;
    out vec4 painted;
    void main() {
      float alpha = min(0.999, colour.a * exp(-0.5 * dot(offset, offset)));
      if (alpha < 1.0 / 255.0) discard;
      painted = vec4(colour.rgb * alpha, alpha);
    }`;

  function compiled(gl) {
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
      throw new Error(`the graphics driver refused a shader: ${logs.join(" ")} ${gl.getProgramInfoLog(program)}`);
    }
    return program;
  }

  // Everything that lives on the graphics card for `count` Gaussians over a background [r, g, b].
  return (gl, count, background) => {
    const program = compiled(gl), order = gl.createBuffer(), texture = gl.createTexture();
    const [matrix, lens] = ["camera_from_world", "lens"].map((name) => gl.getUniformLocation(program, name));
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, order);
    gl.bufferData(gl.ARRAY_BUFFER, 4 * count, gl.DYNAMIC_DRAW);
    const attribute = gl.getAttribLocation(program, "splat");
    gl.enableVertexAttribArray(attribute);
    gl.vertexAttribIPointer(attribute, 1, gl.UNSIGNED_INT, 0, 0);
    gl.vertexAttribDivisor(attribute, 1);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(...background, 1);

    return {
      take(splats) {
        const rows = splats.length / engine.ROW;
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, engine.ROW / 4, rows, 0, gl.RGBA, gl.FLOAT, splats);
      },
      paint(sorted, camera, focal) {
        const { width, height } = gl.canvas;
        gl.bufferSubData(gl.ARRAY_BUFFER, 0, sorted);
        gl.viewport(0, 0, width, height);
        gl.uniformMatrix4fv(matrix, false, camera.matrix);
        gl.uniform3f(lens, focal, width, height);
        gl.clear(gl.COLOR_BUFFER_BIT);
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
      },
    };
  };
})();
