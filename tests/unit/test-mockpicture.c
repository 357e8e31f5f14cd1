/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mockpicture.c: the mock's pictures are animations, one for each request
 */
#include "mocktest.h"

#include <gif_lib.h>
#include <string.h>

typedef struct
{
  const guint8 *at, *end;
} Source;

static int
read_source (GifFileType *gif, GifByteType *bytes, int size)
{
  Source *source = gif->UserData;
  int n = (int) MIN ((gsize) size, (gsize) (source->end - source->at));

  memcpy (bytes, source->at, (gsize) n);
  source->at += n;
  return n;
}

static GifFileType *
decode (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Source source = { data, data + size };
  GifFileType *gif = DGifOpen (&source, read_source, NULL);

  g_assert_nonnull (gif);
  g_assert_cmpint (DGifSlurp (gif), ==, GIF_OK);
  g_assert_true (source.at == source.end);
  return gif;
}

static int
get_delay (GifFileType *gif, int frame)
{
  GraphicsControlBlock control;

  g_assert_cmpint (DGifSavedExtensionToGCB (gif, frame, &control), ==, GIF_OK);
  return control.DelayTime;
}

static void
test_picture_is_an_animation_of_the_default_size (void)
{
  g_autoptr (MockServer) server = start_server (NULL);
  g_autoptr (GBytes) bytes = generate_bytes (server, GOOD_BODY);
  GifFileType *gif = decode (bytes);
  int total_cs = 0;

  g_assert_cmpint (memcmp (g_bytes_get_data (bytes, NULL), "GIF89a", 6), ==, 0);
  g_assert_cmpint (gif->SWidth, ==, 512);
  g_assert_cmpint (gif->SHeight, ==, 512);
  g_assert_cmpint (gif->ImageCount, ==, 16);
  for (int i = 0; i < gif->ImageCount; i++)
    total_cs += get_delay (gif, i);
  g_assert_cmpint (total_cs, ==, 200);
  for (int i = 1; i < gif->ImageCount; i++)
    g_assert_cmpint (memcmp (gif->SavedImages[i].RasterBits,
                         gif->SavedImages[i - 1].RasterBits, 512 * 512),
        !=, 0);
  DGifCloseFile (gif, NULL);
}

static void
test_picture_has_the_size_and_delays_asked_for (void)
{
  const guint16 delays_cs[] = { 10, 50, 20, 4, 100 };
  MockOptions options = { .width = 17, .height = 300, .n_frames = 5 };
  g_autoptr (MockServer) server = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GifFileType *gif;

  options.delays_cs = delays_cs;
  server = start_server (&options);
  bytes = generate_bytes (server, GOOD_BODY);
  gif = decode (bytes);
  g_assert_cmpint (gif->SWidth, ==, 17);
  g_assert_cmpint (gif->SHeight, ==, 300);
  g_assert_cmpint (gif->ImageCount, ==, 5);
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (get_delay (gif, i), ==, delays_cs[i]);
  DGifCloseFile (gif, NULL);
}

static void
test_transparent_picture_has_no_background (void)
{
  MockOptions options = { .width = 64, .height = 48, .transparent = TRUE };
  g_autoptr (MockServer) server = start_server (&options);
  g_autoptr (GBytes) bytes = generate_bytes (server, GOOD_BODY);
  GifFileType *gif = decode (bytes);

  for (int i = 0; i < gif->ImageCount; i++) {
    const GifByteType *pixels = gif->SavedImages[i].RasterBits;
    GraphicsControlBlock control;
    guint n_clear = 0;

    g_assert_cmpint (DGifSavedExtensionToGCB (gif, i, &control), ==, GIF_OK);
    g_assert_cmpint (control.DisposalMode, ==, DISPOSE_BACKGROUND);
    for (guint at = 0; at < 64 * 48; at++)
      n_clear += pixels[at] == control.TransparentColor;
    g_assert_cmpuint (n_clear, >, 64 * 48 / 4);
    g_assert_cmpuint (n_clear, <, 64 * 48);
  }
  DGifCloseFile (gif, NULL);
}

static void
test_picture_follows_from_the_request_alone (void)
{
  const char *const others[] = {
    "{\"sampler\":\"Euler\",\"prompt\":\"a fax\",\"token\":\"KEY\","
    "\"cfg_scale\":8,\"steps\":30}",
    "{\"sampler\":\"LMS\",\"prompt\":\"a fox\",\"token\":\"KEY\","
    "\"cfg_scale\":8,\"steps\":30}",
    "{\"sampler\":\"Euler\",\"prompt\":\"a fox\",\"token\":\"KEY\","
    "\"cfg_scale\":9,\"steps\":30}",
    "{\"sampler\":\"Euler\",\"prompt\":\"a fox\",\"token\":\"KEY\","
    "\"cfg_scale\":8,\"steps\":29}",
  };
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (MockServer) second = start_server (&small);
  g_autoptr (GBytes) once = generate_bytes (server, GOOD_BODY);
  g_autoptr (GBytes) again = generate_bytes (server, GOOD_BODY);
  g_autoptr (GBytes) elsewhere = generate_bytes (second, GOOD_BODY);

  g_assert_true (g_bytes_equal (once, again));
  g_assert_true (g_bytes_equal (once, elsewhere));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (GBytes) other = generate_bytes (server, others[i]);

    g_assert_false (g_bytes_equal (once, other));
  }
}

static void
test_any_prompt_can_be_painted (void)
{
  g_autofree char *huge = g_strnfill (10000, 'W');
  const char *const prompts[] = { "", " ", "\\n\\t\\r", "\xf0\x9f\xa6\x8a",
    "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac", "((x)) \\\"y\\\" <z> \\u0001",
    huge };
  MockOptions options = { .width = 16, .height = 16, .n_frames = 2 };
  g_autoptr (MockServer) tiny = start_server (&options);
  g_autoptr (MockServer) server = start_server (&small);

  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++) {
    g_autofree char *body = g_strdup_printf (
        "{\"sampler\":\"Euler\",\"prompt\":\"%s\",\"token\":\"K\"}",
        prompts[i]);
    g_autoptr (GBytes) one = generate_bytes (tiny, body);
    g_autoptr (GBytes) two = generate_bytes (server, body);

    DGifCloseFile (decode (one), NULL);
    DGifCloseFile (decode (two), NULL);
  }
}

#define ADD(name) g_test_add_func ("/mockpicture/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (picture_is_an_animation_of_the_default_size);
  ADD (picture_has_the_size_and_delays_asked_for);
  ADD (transparent_picture_has_no_background);
  ADD (picture_follows_from_the_request_alone);
  ADD (any_prompt_can_be_painted);
  return g_test_run ();
}
