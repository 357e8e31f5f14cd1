/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gifcomment.h"

#include <string.h>
#include <vctext.h>

/* GIF89a §17, §18: signature, version, logical screen. */
#define VERSION_OFFSET 3
#define PACKED_OFFSET 10
#define HEADER_SIZE 13
#define MAX_SUB_BLOCK 255

static const struct
{
  const char *tag, *name;
} lines[] = {
  { GST_TAG_DESCRIPTION, "Prompt" },
  { GST_TAG_COMMENT, "Comment" },
  { GST_TAG_APPLICATION_NAME, "Software" },
};

/* NULL where @tags have nothing to say. */
static GString *
make_text (const GstTagList *tags)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    const char *value;

    if (gst_tag_list_peek_string_index (tags, lines[i].tag, 0, &value)) {
      g_autofree char *line = vc_text_one_line (value, -1);

      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "",
          lines[i].name, g_strstrip (line));
    }
  }
  return text->len > 0 ? g_steal_pointer (&text) : NULL;
}

/* A comment extension of sub-blocks, GIF89a §15, §16 and §24. */
static GByteArray *
make_extension (const GString *text)
{
  GByteArray *extension = g_byte_array_new ();

  g_byte_array_append (extension, (const guint8[]){ 0x21, 0xfe }, 2);
  for (gsize at = 0; at < text->len; at += MAX_SUB_BLOCK) {
    guint8 size = (guint8) MIN (text->len - at, MAX_SUB_BLOCK);

    g_byte_array_append (extension, &size, 1);
    g_byte_array_append (extension, (const guint8 *) text->str + at, size);
  }
  g_byte_array_append (extension, (const guint8[]){ 0 }, 1);
  return extension;
}

/* Where the blocks begin, behind the global colour table; 0: nowhere. */
static gsize
find_blocks (const guint8 *gif, gsize size)
{
  gsize start = HEADER_SIZE;

  if (size < HEADER_SIZE || memcmp (gif, "GIF8", 4) != 0)
    return 0;
  if ((gif[PACKED_OFFSET] & 0x80) != 0)
    start += (gsize) 3 << ((gif[PACKED_OFFSET] & 7) + 1);
  return start <= size ? start : 0;
}

GBytes *
gif_comment_add (GBytes *gif, const GstTagList *tags)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (gif, &size);
  gsize start = find_blocks (data, size);
  g_autoptr (GString) text = NULL;
  g_autoptr (GByteArray) extension = NULL;
  GByteArray *with_comment;

  if (start == 0 || (text = make_text (tags)) == NULL)
    return g_bytes_ref (gif);
  extension = make_extension (text);
  if (size - start >= extension->len
      && memcmp (data + start, extension->data, extension->len) == 0)
    return g_bytes_ref (gif);

  with_comment = g_byte_array_sized_new ((guint) (size + extension->len));
  g_byte_array_append (with_comment, data, (guint) start);
  /* GIF87a knows no comments. */
  memcpy (with_comment->data + VERSION_OFFSET, "89a", 3);
  g_byte_array_append (with_comment, extension->data, extension->len);
  g_byte_array_append (with_comment, data + start, (guint) (size - start));
  return g_byte_array_free_to_bytes (with_comment);
}
