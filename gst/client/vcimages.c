/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcimages.h"
#include "vcaddress.h"
#include "vcjson.h"

#include <string.h>

#define BLANKS " \t\r\n\v\f"

#define GIF_BEGINNING "GIF8"

/* … in base64, with a digit's high bits. */
#define GIF_BASE64 "R0lGOD"

/* The part of a data: address before its comma is no longer than this. */
#define DATA_TYPE_MAX 256

/* How far from a reply's beginning an image begins at the latest. */
#define LEAD_MAX 4096

#define ADDRESS_MAX 8192

/* The first is the image's; the others are told to whoever asks. */
#define IMAGES_MAX 64

/* --- Strings --- */

static gboolean
has_prefix (const char *text, const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

/* The character at @text, or the one that a percent sign stands for (RFC 3986
 * §2.1), which is then allowed. */
static char
read_char (const char *text, gboolean is_escaped, gsize *ret_used)
{
  gboolean is_hex = is_escaped && text[0] == '%' && g_ascii_isxdigit (text[1])
      && g_ascii_isxdigit (text[2]);

  *ret_used = is_hex ? 3 : 1;
  return is_hex
      ? g_ascii_xdigit_value (text[1]) << 4 | g_ascii_xdigit_value (text[2])
      : text[0];
}

/* A GIF in base64 (RFC 4648 §4 or §5), with line breaks and padding or without;
 * @is_escaped: percent signs are read. NULL where @text is none. */
static GBytes *
decode_gif (const char *text, gboolean is_escaped)
{
  g_autofree guint8 *data = g_try_malloc (strlen (text) / 4 * 3 + 6);
  gsize length = 0, used;
  guint save = 0, n = 0;
  int state = 0;

  if (data == NULL)
    return NULL;
  for (; *text != '\0'; text += used) {
    char c = read_char (text, is_escaped, &used);

    c = c == '-' ? '+' : c == '_' ? '/' : c;
    if (g_ascii_isalnum (c) || c == '+' || c == '/' || c == '=') {
      length += g_base64_decode_step (&c, 1, data + length, &state, &save);
      n++;
    } else if (!g_ascii_isspace (c)) {
      return NULL;
    }
  }
  for (; n % 4 != 0; n++)
    length += g_base64_decode_step ("=", 1, data + length, &state, &save);
  return length >= strlen (GIF_BEGINNING)
          && memcmp (data, GIF_BEGINNING, strlen (GIF_BEGINNING)) == 0
      ? g_bytes_new_take (g_steal_pointer (&data), length)
      : NULL;
}
/* RFC 2397 §3: data:image/gif;base64,…; of blanks in front of the comma nobody
 * takes note. */
static GBytes *
read_data_address (const char *text)
{
  const char *comma = memchr (text, ',', strnlen (text, DATA_TYPE_MAX));
  g_autoptr (GString) type = g_string_new (NULL);

  if (comma == NULL)
    return NULL;
  for (; text < comma; text++) {
    if (!g_ascii_isspace (*text))
      g_string_append_c (type, g_ascii_tolower (*text));
  }
  if ((!g_str_has_prefix (type->str, "data:image/gif;")
          && !g_str_has_prefix (type->str, "data:application/octet-stream;")
          && !g_str_has_prefix (type->str, "data:;"))
      || !g_str_has_suffix (type->str, ";base64"))
    return NULL;
  return decode_gif (comma + 1, TRUE);
}

/* @text as an absolute address; NULL where it is none. */
static char *
read_address (const char *text, gboolean relative, GUri *base)
{
  g_autofree char *bare = NULL;
  g_autoptr (GUri) uri = NULL;

  if (text[0] == '\0' || strlen (text) > ADDRESS_MAX
      || (!relative && !has_prefix (text, "http://")
          && !has_prefix (text, "https://")))
    return NULL;
  bare = g_strchomp (g_strdup (text));
  uri = vc_address_follow (base, bare);
  /* RFC 3986 §3.3: what begins with two slashes would be read as a host. GLib
   * 2.74 parses "x:/.//y" into that and cannot write it; newer ones keep the
   * "/.". */
  if (uri == NULL
      || (g_uri_get_host (uri) == NULL
          && (has_prefix (g_uri_get_path (uri), "//")
              || has_prefix (g_uri_get_path (uri), "/.//"))))
    return NULL;
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
}

static gboolean
read_string (
    VcImages *images, const char *string, gboolean relative, GUri *base)
{
  const char *text = string + strspn (string, BLANKS);
  char *address;

  if (has_prefix (text, "data:") || g_str_has_prefix (text, GIF_BASE64)) {
    GBytes *gif = has_prefix (text, "data:") ? read_data_address (text)
                                             : decode_gif (text, FALSE);

    if (images->gif == NULL && images->addresses->len == 0)
      images->gif = gif;
    else
      g_clear_pointer (&gif, g_bytes_unref);
    return images->gif != NULL;
  }
  address = read_address (text, relative, base);
  if (address == NULL)
    return FALSE;
  g_ptr_array_add (images->addresses, address);
  return TRUE;
}

/* --- Shapes --- */

static gboolean
read_single (VcImages *images, JsonNode *node, gboolean relative, GUri *base)
{
  static const char *const names[] = { "url", "image_url", "image" };
  const char *text = vc_json_string (node);
  const char *base64 = vc_json_string (vc_json_member (node, "b64_json"));

  for (guint i = 0; text == NULL && i < G_N_ELEMENTS (names); i++) {
    const char *value = vc_json_string (vc_json_member (node, names[i]));

    text = value != NULL && value[0] != '\0' ? value : NULL;
  }
  if (text != NULL)
    return read_string (images, text, relative, base);
  return base64 != NULL && g_str_has_prefix (base64, GIF_BASE64)
      && read_string (images, base64, FALSE, base);
}

static gboolean
read_member (VcImages *images, JsonNode *node, GUri *base)
{
  JsonArray *list = vc_json_array (node);

  if (list == NULL)
    return read_single (images, node, FALSE, base);
  for (guint i = 0; i < MIN (json_array_get_length (list), IMAGES_MAX); i++) {
    if (!read_single (images, json_array_get_element (list, i), TRUE, base)
        && i == 0)
      return FALSE;
  }
  return TRUE;
}

/* The member that has the image; NULL where there is none, or several. Beside an
 * error's text, only what cannot mean anything else. */
static JsonNode *
find_member (JsonNode *root, gboolean is_error)
{
  /* Those that cannot mean anything else come first. */
  static const char *const names[] = { "image", "image_url", "url", "output",
    "data" };
  guint n_names = is_error ? 2 : G_N_ELEMENTS (names);
  JsonNode *found = vc_json_member (root, "images");

  if (vc_json_is_said (found))
    return found;
  found = NULL;
  for (guint i = 0; i < n_names; i++) {
    JsonNode *node = vc_json_member (root, names[i]);

    if (!vc_json_is_said (node))
      continue;
    if (found != NULL)
      return NULL;
    found = node;
  }
  return found;
}

gboolean
vc_images_read (JsonNode *root, gboolean is_error, GUri *base,
    VcImages *ret_images, GError **error)
{
  JsonNode *node = find_member (root, is_error);

  ret_images->gif = NULL;
  ret_images->addresses = g_ptr_array_new_with_free_func (g_free);
  if (node != NULL && read_member (ret_images, node, base))
    return TRUE;
  g_set_error (error, VC_ERROR, VC_ERROR_REPLY, "The service's reply %s",
      vc_json_is_said (node) && vc_json_array (node) != NULL
          ? "holds no address where the image's should be"
          : "names no image");
  return FALSE;
}

void
vc_images_clear (VcImages *images)
{
  g_clear_pointer (&images->addresses, g_ptr_array_unref);
  g_clear_pointer (&images->gif, g_bytes_unref);
}

gboolean
vc_images_may_hold_gif (const guint8 *data, gsize size)
{
  gsize length = strlen (GIF_BASE64), lead = MIN (size, LEAD_MAX);

  for (gsize i = 0; i + length <= lead; i++) {
    if (memcmp (data + i, GIF_BASE64, length) == 0)
      return TRUE;
  }
  return FALSE;
}
