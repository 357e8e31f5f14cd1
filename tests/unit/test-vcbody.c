/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcbody.h"

#include <string.h>

#define HEAD "GIF89a"

/* @size bytes that begin like a GIF and differ everywhere. */
static guint8 *
pattern_new (gsize size)
{
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (i * 2654435761u) >> 13;
  memcpy (bytes, HEAD, MIN (size, strlen (HEAD)));
  return bytes;
}

static gboolean
write_bytes (VcBody *body, const guint8 *bytes, gsize size, GError **error)
{
  while (size > 0) {
    gsize room;
    guint8 *space = vc_body_reserve (body, &room);
    gsize n = MIN (room, size);

    g_assert_cmpuint (room, >=, 1);
    memcpy (space, bytes, n);
    if (!vc_body_commit (body, n, error))
      return FALSE;
    bytes += n;
    size -= n;
  }
  vc_body_wake (body);
  return TRUE;
}

typedef struct
{
  VcBody *body;
  VcReadResult result;
  GByteArray *read;
} Reader;

static gpointer
read_all (gpointer data)
{
  Reader *reader = data;
  GBytes *bytes = NULL;

  while ((reader->result = vc_body_read (
              reader->body, reader->read->len, 70000, &bytes, NULL))
      == VC_READ_DATA) {
    gsize size;
    const guint8 *part = g_bytes_get_data (bytes, &size);

    g_assert_cmpuint (size, >, 0);
    g_assert_cmpuint (size, <=, 70000);
    g_byte_array_append (reader->read, part, size);
    g_bytes_unref (bytes);
  }
  return NULL;
}

static void
test_readers_get_the_writer_s_bytes (void)
{
  const gsize size = 5 * 1000 * 1000 + 3;
  g_autofree guint8 *bytes = pattern_new (size);
  VcBody *body = vc_body_new (0);
  Reader readers[2];
  GThread *threads[2];
  gsize written = 0;

  for (guint i = 0; i < 2; i++) {
    readers[i] = (Reader){ .body = body, .read = g_byte_array_new () };
    threads[i] = g_thread_new ("reader", read_all, &readers[i]);
  }
  for (gsize part = 1; written < size; part = part * 3 + 1) {
    gsize n = MIN (part % 100003, size - written);

    g_assert_true (write_bytes (body, bytes + written, n, NULL));
    written += n;
  }
  vc_body_finish (body, NULL);
  for (guint i = 0; i < 2; i++) {
    g_thread_join (threads[i]);
    g_assert_cmpint (readers[i].result, ==, VC_READ_END);
    g_assert_cmpmem (readers[i].read->data, readers[i].read->len, bytes, size);
    g_byte_array_unref (readers[i].read);
  }
  for (gsize at = 0; at + 1000 < size; at += 99991) {
    g_assert_true (vc_body_equals (body, at, bytes + at, 1000));
    g_assert_false (vc_body_equals (body, at + 1, bytes + at, 1000));
  }
  g_assert_false (vc_body_equals (body, size - 1, bytes + size - 1, 2));
  g_assert_false (vc_body_equals (body, size + 1, bytes, 0));
  vc_body_free (body);
}

static void
test_slices_outlive_the_body (void)
{
  g_autofree guint8 *bytes = pattern_new (1000);
  VcBody *body = vc_body_new (0);
  g_autoptr (GBytes) slice = NULL;

  g_assert_true (write_bytes (body, bytes, 1000, NULL));
  g_assert_cmpint (
      vc_body_read (body, 100, 50, &slice, NULL), ==, VC_READ_DATA);
  vc_body_free (body);
  g_assert_cmpmem (g_bytes_get_data (slice, NULL), g_bytes_get_size (slice),
      bytes + 100, 50);
}

/* The rest of it may stand behind what is shown, or come later. */
static void
test_no_half_of_a_secret_begins_an_error (void)
{
  static const struct
  {
    const char *bytes, *shown;
  } rows[] = {
    { "a sk-0123456789abcdef", "\"a sk\"" },
    { "sk-0123456789abcdef", "\"sk-0\"" },
    { "bad key: sk-012345", "\"bad key: \"" },
    { "bad key sk-01", "\"bad key \"" },
    { "<!DOCTYPE html>\n<p>", "\"<!DOCTYPE html>\\x0a\"" },
    { "this is no image at all", "\"this is no image\"" },
    { "<html>no", "\"<html>\"" },
    { "{\"error\":\"unknown\"}", "\"{\"error\":\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    VcBody *body = vc_body_new (0);
    g_autoptr (GError) error = NULL;

    g_assert_false (write_bytes (
        body, (const guint8 *) rows[i].bytes, strlen (rows[i].bytes), &error));
    g_assert_nonnull (strstr (error->message, rows[i].shown));
    vc_body_free (body);
  }
}

static void
test_what_is_no_gif_is_never_seen (void)
{
  VcBody *body = vc_body_new (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) end = NULL;
  g_autoptr (GBytes) slice = NULL;
  guint64 total;

  g_assert_true (write_bytes (body, (const guint8 *) "GIF8", 4, NULL));
  g_assert_false (vc_body_check_end (body, &end));
  g_assert_error (end, VC_ERROR, VC_ERROR_NOT_GIF);
  g_assert_false (write_bytes (body, (const guint8 *) "\x01\n..", 4, &error));
  g_assert_error (error, VC_ERROR, VC_ERROR_NOT_GIF);
  g_assert_nonnull (strstr (error->message, "\"GIF8\\x01\\x0a"));
  vc_body_finish (body, error);
  g_clear_error (&error);
  g_assert_cmpint (
      vc_body_read (body, 0, 9, &slice, &error), ==, VC_READ_ERROR);
  g_assert_error (error, VC_ERROR, VC_ERROR_NOT_GIF);
  vc_body_get_size (body, &total);
  g_assert_cmpuint (total, ==, 0);
  vc_body_free (body);
}

static void
test_nothing_over_the_limit_is_seen (void)
{
  g_autofree guint8 *bytes = pattern_new (2000);
  VcBody *body = vc_body_new (1500);
  g_autoptr (GError) announced = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (vc_body_expect (body, 1500, NULL));
  g_assert_false (vc_body_expect (body, 1501, &announced));
  g_assert_error (announced, VC_ERROR, VC_ERROR_TOO_LARGE);
  g_assert_true (vc_body_expect (body, 0, NULL));
  g_assert_true (write_bytes (body, bytes, 1500, NULL));
  g_assert_false (write_bytes (body, bytes + 1500, 1, &error));
  g_assert_error (error, VC_ERROR, VC_ERROR_TOO_LARGE);
  g_assert_cmpuint (vc_body_get_size (body, NULL), ==, 1500);
  vc_body_free (body);
}

static void
test_a_body_starts_anew_until_somebody_has_some (void)
{
  g_autofree guint8 *bytes = pattern_new (100);
  VcBody *body = vc_body_new (0);
  g_autoptr (GBytes) slice = NULL;

  g_assert_true (write_bytes (body, bytes, 100, NULL));
  g_assert_true (vc_body_restart (body));
  g_assert_cmpuint (vc_body_get_size (body, NULL), ==, 0);
  g_assert_true (write_bytes (body, bytes, 100, NULL));
  g_assert_cmpint (vc_body_read (body, 0, 9, &slice, NULL), ==, VC_READ_DATA);
  g_assert_false (vc_body_restart (body));
  vc_body_free (body);
}

/* A screen with two colours, an extension, bytes that are no block, an image
 * with colours of its own; 0x3b is everywhere. What follows the trailer is no
 * part of the GIF. */
static const guint8 small_gif[] = { 'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0,
  0x80, 0, 0, ';', ';', ';', ';', ';', ';', 0x21, 0xf9, 4, 0, ';', 0, 0, 0, 0,
  7, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, ';', ';', ';', ';', ';', ';', 2, 3, 0,
  ';', 0, 1, ';', 0, 0x21, 0xfe, 0, ';' };

static gboolean
has_end (gsize size)
{
  VcBody *body = vc_body_new (0);
  gboolean end;

  g_assert_true (write_bytes (body, small_gif, size, NULL));
  end = vc_body_has_gif_end (body);
  vc_body_free (body);
  return end;
}

static void
test_the_end_of_a_gif_is_known (void)
{
  for (gsize size = 0; size < sizeof (small_gif); size++)
    g_assert_false (has_end (size));
  g_assert_true (has_end (sizeof (small_gif)));
}

static void
test_bytes_behind_a_gif_do_no_harm (void)
{
  VcBody *body = vc_body_new (0);

  g_assert_true (write_bytes (body, small_gif, sizeof (small_gif), NULL));
  g_assert_true (write_bytes (body, (const guint8 *) "\r\n<!-- -->", 10, NULL));
  g_assert_true (vc_body_has_gif_end (body));
  vc_body_free (body);
}

static void
test_flushing_and_cancelling_wake_readers (void)
{
  VcBody *body = vc_body_new (0);
  Reader reader = { .body = body, .read = g_byte_array_new () };
  g_autofree guint8 *bytes = pattern_new (100);
  GThread *thread;

  thread = g_thread_new ("reader", read_all, &reader);
  vc_body_set_flushing (body, TRUE);
  g_thread_join (thread);
  g_assert_cmpint (reader.result, ==, VC_READ_FLUSHING);

  /* Sticky, also where there is data. */
  g_assert_true (write_bytes (body, bytes, 100, NULL));
  read_all (&reader);
  g_assert_cmpint (reader.result, ==, VC_READ_FLUSHING);
  vc_body_set_flushing (body, FALSE);
  thread = g_thread_new ("reader", read_all, &reader);
  vc_body_cancel (body);
  g_thread_join (thread);
  g_assert_cmpint (reader.result, ==, VC_READ_FLUSHING);
  vc_body_set_flushing (body, FALSE);
  read_all (&reader);
  g_assert_cmpint (reader.result, ==, VC_READ_FLUSHING);
  g_byte_array_unref (reader.read);
  vc_body_free (body);
}

static void
test_gifs_are_known_by_their_first_bytes (void)
{
  const guint8 odd[] = { 'G', 'I', 'F', '8', '\\', 0x00, 0xff, '\n' };
  VcBody *body = vc_body_new (0);
  g_autoptr (GError) error = NULL;

  g_assert_true (vc_body_is_gif ((const guint8 *) "GIF87a", 6));
  g_assert_true (vc_body_is_gif ((const guint8 *) "GIF89a...", 9));
  g_assert_false (vc_body_is_gif ((const guint8 *) "GIF89", 5));
  g_assert_false (vc_body_is_gif ((const guint8 *) "GIF88a", 6));
  g_assert_false (write_bytes (body, odd, sizeof (odd), &error));
  g_assert_error (error, VC_ERROR, VC_ERROR_NOT_GIF);
  g_assert_nonnull (strstr (error->message, "\"GIF8\\x5c\\x00\\xff\\x0a\""));
  vc_body_free (body);
}

#define ADD(name) g_test_add_func ("/vcbody/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (readers_get_the_writer_s_bytes);
  ADD (slices_outlive_the_body);
  ADD (no_half_of_a_secret_begins_an_error);
  ADD (what_is_no_gif_is_never_seen);
  ADD (nothing_over_the_limit_is_seen);
  ADD (a_body_starts_anew_until_somebody_has_some);
  ADD (the_end_of_a_gif_is_known);
  ADD (bytes_behind_a_gif_do_no_harm);
  ADD (flushing_and_cancelling_wake_readers);
  ADD (gifs_are_known_by_their_first_bytes);
  return g_test_run ();
}
