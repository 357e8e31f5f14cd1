/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pngtext.h"

#include <string.h>

/* The signature, and the chunk IHDR, which is the first one always. */
#define SIGNATURE_SIZE 8
#define IHDR_SIZE 25
#define CRC_POLYNOMIAL 0xedb88320u

static const struct
{
  const char *tag, *keyword;
} keywords[] = {
  { GST_TAG_TITLE, "Title" },
  { GST_TAG_DESCRIPTION, "Description" },
  { GST_TAG_COMMENT, "Comment" },
  { GST_TAG_APPLICATION_NAME, "Software" },
};

/* PNG, annex D. */
static guint32
crc_of (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      crc = (crc & 1) != 0 ? (crc >> 1) ^ CRC_POLYNOMIAL : crc >> 1;
  }
  return crc ^ 0xffffffffu;
}

static void
append_u32 (GByteArray *png, guint32 value)
{
  const guint32 bytes = GUINT32_TO_BE (value);

  g_byte_array_append (png, (const guint8 *) &bytes, sizeof bytes);
}

static void
append_chunk (GByteArray *png, const char *keyword, const char *text)
{
  /* iTXt: not compressed, no language, no translated keyword. */
  static const guint8 international[] = { 0, 0, 0, 0 };
  gboolean ascii = g_str_is_ascii (text);
  g_autoptr (GByteArray) chunk = g_byte_array_new ();

  g_byte_array_append (chunk, (const guint8 *) (ascii ? "tEXt" : "iTXt"), 4);
  g_byte_array_append (
      chunk, (const guint8 *) keyword, (guint) strlen (keyword) + 1);
  if (!ascii)
    g_byte_array_append (chunk, international, sizeof international);
  g_byte_array_append (chunk, (const guint8 *) text, (guint) strlen (text));

  append_u32 (png, chunk->len - 4);
  g_byte_array_append (png, chunk->data, chunk->len);
  append_u32 (png, crc_of (chunk->data, chunk->len));
}

GBytes *
png_text_add (GBytes *png, const GstTagList *tags)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (png, &size);
  GByteArray *with_text;

  if (size < SIGNATURE_SIZE + IHDR_SIZE)
    return g_bytes_ref (png);
  with_text = g_byte_array_new ();
  g_byte_array_append (with_text, data, SIGNATURE_SIZE + IHDR_SIZE);
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++) {
    const char *text = NULL;

    if (gst_tag_list_peek_string_index (tags, keywords[i].tag, 0, &text))
      append_chunk (with_text, keywords[i].keyword, text);
  }
  g_byte_array_append (with_text, data + SIGNATURE_SIZE + IHDR_SIZE,
      (guint) (size - SIGNATURE_SIZE - IHDR_SIZE));
  return g_byte_array_free_to_bytes (with_text);
}
