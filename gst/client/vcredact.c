/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcredact.h"
#include "vcescape.h"

#include <string.h>

/* What stands where a secret stood. */
#define REDACTED "[secret]"

/* A shorter one is found within words that have nothing to do with it. */
#define LONG_SECRET 8

/* How often a text may be encoded, and still be read. */
#define LEVELS_MAX 8

#define BASE64 \
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"

/* A text with some of its encodings undone: byte @i of @bytes is what the bytes
 * from @start[i] up to @end[i] of the original stand for. */
typedef struct
{
  char *bytes; /* NUL-terminated */
  guint *start, *end;
  gsize length;
} Decoded;

/* With room for @size bytes. */
static Decoded *
decoded_new (gsize size)
{
  Decoded *decoded = g_new0 (Decoded, 1);

  decoded->bytes = g_malloc (size + 1);
  decoded->start = g_new (guint, size);
  decoded->end = g_new (guint, size);
  decoded->bytes[0] = '\0';
  return decoded;
}

static void
decoded_free (Decoded *decoded)
{
  g_free (decoded->bytes);
  g_free (decoded->start);
  g_free (decoded->end);
  g_free (decoded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoded, decoded_free)

static void
decoded_append (
    Decoded *decoded, const char *bytes, gsize n, guint start, guint end)
{
  for (gsize i = 0; i < n; i++) {
    decoded->bytes[decoded->length] = bytes[i];
    decoded->start[decoded->length] = start;
    decoded->end[decoded->length++] = end;
  }
  decoded->bytes[decoded->length] = '\0';
}

/* Undoes one encoding of each byte, none of which is shorter than what it stands
 * for; NULL where there is none. */
static Decoded *
decode (const Decoded *text)
{
  g_autoptr (Decoded) decoded = decoded_new (text->length);
  gsize used;

  for (gsize i = 0; i < text->length; i += used) {
    const char *at = text->bytes + i;
    char bytes[6];
    gsize n = vc_escape_read (at, bytes, &used);

    if (n == 0)
      used = 1;
    decoded_append (decoded, n > 0 ? bytes : at, n > 0 ? n : 1, text->start[i],
        text->end[i + used - 1]);
  }
  return decoded->length < text->length ? g_steal_pointer (&decoded) : NULL;
}

static Decoded *
decoded_new_plain (const char *text)
{
  Decoded *decoded = decoded_new (strlen (text));

  for (guint i = 0; text[i] != '\0'; i++)
    decoded_append (decoded, text + i, 1, i, i + 1);
  return decoded;
}

/* @text without its blanks, or with @only_words without anything but letters and
 * digits; NULL where it has nothing to leave out. */
static Decoded *
squeeze (const Decoded *text, gboolean only_words)
{
  g_autoptr (Decoded) squeezed = decoded_new (text->length);

  for (gsize i = 0; i < text->length; i++) {
    if (only_words ? g_ascii_isalnum (text->bytes[i])
                   : !g_ascii_isspace (text->bytes[i]))
      decoded_append (
          squeezed, text->bytes + i, 1, text->start[i], text->end[i]);
  }
  return squeezed->length < text->length ? g_steal_pointer (&squeezed) : NULL;
}

/* All that @text is, from itself to where nothing is encoded any more. */
static GPtrArray *
decode_all (const char *text)
{
  GPtrArray *levels =
      g_ptr_array_new_with_free_func ((GDestroyNotify) decoded_free);
  Decoded *level = decoded_new_plain (text);

  do {
    g_ptr_array_add (levels, level);
    level = decode (level);
  } while (level != NULL && levels->len < LEVELS_MAX);
  if (level != NULL)
    decoded_free (level);
  return levels;
}

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar) c >= 0x80;
}

static gboolean
is_base64 (char c)
{
  return c != '\0' && strchr (BASE64, c) != NULL;
}

/* Marks in @covered what the bytes of @text from @first up to @end stand for. */
static void
cover (const Decoded *text, gsize first, gsize end, char *covered)
{
  guint from = text->start[first], to = text->end[end - 1];

  memset (covered + from, TRUE, to - from);
}

/* Finds @secret in @all, which is @text or is written otherwise. */
static void
cover_word (const Decoded *text, const char *all, const char *secret,
    gboolean only_words, char *covered)
{
  const char *found = all;
  gsize length = strlen (secret);

  for (; (found = strstr (found, secret)) != NULL; found++) {
    const char *end = found + length;

    if (!only_words
        || ((found == all || !is_word_byte (found[-1]))
            && !is_word_byte (*end)))
      cover (text, found - all, end - all, covered);
  }
}

/* A host's name comes back in small letters, say. */
static void
cover_in_any_case (
    const Decoded *text, const char *lower, const char *secret, char *covered)
{
  g_autofree char *lower_secret = g_ascii_strdown (secret, -1);

  cover_word (text, lower, lower_secret, FALSE, covered);
}

static void
cover_hex (
    const Decoded *text, const char *lower, const char *secret, char *covered)
{
  g_autoptr (GString) hex = g_string_new (NULL);

  for (const char *p = secret; *p != '\0'; p++)
    g_string_append_printf (hex, "%02x", (guchar) *p);
  cover_word (text, lower, hex->str, FALSE, covered);
}

/* In base64 (RFC 4648 §4, §5) a text looks differently for each place of its
 * first byte among three. Characters that it shares with its neighbours are not
 * known: one at each side at most. */
static void
cover_base64 (const Decoded *text, const char *secret, char *covered)
{
  gsize length = strlen (secret);

  for (gsize lead = 0; lead < 3; lead++) {
    g_autofree guint8 *bytes = g_malloc0 (lead + length);
    g_autofree char *base64 = NULL;
    gsize shared = lead > 0 ? 1 : 0, first = lead + shared;
    const char *all = text->bytes, *found = all;

    memcpy (bytes + lead, secret, length);
    base64 = g_base64_encode (bytes, lead + length);
    base64[(lead + length) * 8 / 6] = '\0';
    for (guint url = 0; url < 2; url++) {
      if (url == 1) {
        g_strdelimit (base64, "+", '-');
        g_strdelimit (base64, "/", '_');
      }
      for (found = all; (found = strstr (found, base64 + first)) != NULL;
           found++) {
        const char *start = found, *end = found + strlen (base64 + first);

        if (shared > 0 && start > all && is_base64 (start[-1]))
          start--;
        if ((lead + length) % 3 != 0 && is_base64 (*end))
          end++;
        cover (text, start - all, end - all, covered);
      }
    }
  }
}

static void
cover_long (const Decoded *text, const char *secret, char *covered)
{
  g_autofree char *lower = g_ascii_strdown (text->bytes, (gssize) text->length);

  cover_in_any_case (text, lower, secret, covered);
  cover_hex (text, lower, secret, covered);
  cover_base64 (text, secret, covered);
}

/* Signs between its letters: 73:6b:2d, =73=6B=2D of mails (RFC 2045 §6.7), or
 * what is left of the NULs of UTF-16. */
static void
cover_spread (const Decoded *text, const char *secret, char *covered)
{
  g_autoptr (Decoded) plain = decoded_new_plain (secret);
  g_autoptr (Decoded) word = squeeze (plain, TRUE);
  g_autoptr (Decoded) squeezed = squeeze (text, TRUE);
  g_autofree char *lower = NULL;

  if (squeezed == NULL)
    return;
  lower = g_ascii_strdown (squeezed->bytes, (gssize) squeezed->length);
  cover_hex (squeezed, lower, secret, covered);
  if (word == NULL)
    cover_in_any_case (squeezed, lower, secret, covered);
  else if (word->length >= LONG_SECRET)
    cover_in_any_case (squeezed, lower, word->bytes, covered);
}

static void
cover_all (const GPtrArray *levels, const char *secret, char *covered)
{
  g_autoptr (GPtrArray) of_secret = decode_all (secret);
  const Decoded *bare = g_ptr_array_index (of_secret, of_secret->len - 1);

  for (guint i = 0; i < levels->len; i++) {
    const Decoded *text = g_ptr_array_index (levels, i);
    g_autoptr (Decoded) squeezed = squeeze (text, FALSE);

    if (strlen (secret) < LONG_SECRET) {
      cover_word (text, text->bytes, secret, TRUE, covered);
    } else {
      cover_long (text, secret, covered);
      if (squeezed != NULL)
        cover_long (squeezed, secret, covered);
      cover_spread (text, secret, covered);
    }
    /* One that looks encoded itself is decoded with the text. */
    if (of_secret->len > 1 && bare->length >= LONG_SECRET)
      cover_word (text, text->bytes, bare->bytes, FALSE, covered);
  }
}

char *
vc_redact (const char *text, const char *const *secrets)
{
  gsize length = strlen (text);
  g_autofree char *covered = g_malloc0 (length + 1);
  g_autoptr (GPtrArray) levels = NULL;
  GString *redacted;

  if (secrets == NULL || secrets[0] == NULL)
    return g_strdup (text);
  levels = decode_all (text);
  for (guint i = 0; secrets[i] != NULL; i++) {
    if (secrets[i][0] != '\0')
      cover_all (levels, secrets[i], covered);
  }
  redacted = g_string_sized_new (length);
  for (gsize i = 0; i < length; i++) {
    if (!covered[i])
      g_string_append_c (redacted, text[i]);
    else if (!covered[i + 1])
      g_string_append (redacted, REDACTED);
  }
  return g_string_free (redacted, FALSE);
}
