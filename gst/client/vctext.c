/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctext.h"

#include <string.h>

/* --- Secrets --- */

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
  GString *bytes;
  GArray *start, *end; /* of guint */
} Decoded;

static Decoded *
decoded_new (void)
{
  Decoded *decoded = g_new (Decoded, 1);

  decoded->bytes = g_string_new (NULL);
  decoded->start = g_array_new (FALSE, FALSE, sizeof (guint));
  decoded->end = g_array_new (FALSE, FALSE, sizeof (guint));
  return decoded;
}

static void
decoded_free (Decoded *decoded)
{
  g_string_free (decoded->bytes, TRUE);
  g_array_unref (decoded->start);
  g_array_unref (decoded->end);
  g_free (decoded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoded, decoded_free)

static void
decoded_append (
    Decoded *decoded, const char *bytes, gsize n, guint start, guint end)
{
  g_string_append_len (decoded->bytes, bytes, n);
  for (; n > 0; n--) {
    g_array_append_val (decoded->start, start);
    g_array_append_val (decoded->end, end);
  }
}

/* The @n hexadecimal digits at @text as a number; 0 where they are none. */
static gunichar
read_hex (const char *text, gsize n)
{
  gunichar value = 0;

  for (gsize i = 0; i < n; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return 0;
    value = value << 4 | g_ascii_xdigit_value (text[i]);
  }
  return value;
}

/* A character reference of HTML from its "&" on: which character it is; 0: none.
 */
static gunichar
read_reference (const char *text, gsize *ret_used)
{
  /* The names of ASCII's signs. */
  static const char names[] =
      "\t:tab !:excl \":quot #:num $:dollar %:percnt &:amp ':apos (:lpar "
      "):rpar *:ast +:plus ,:comma .:period /:sol ::colon ;:semi <:lt =:equals "
      ">:gt ?:quest @:commat [:lsqb \\:bsol ]:rsqb ^:hat _:lowbar `:grave "
      "{:lcub |:verbar }:rcub  :nbsp ";
  g_autofree char *name = NULL, *needle = NULL;
  const char *found, *last = text + 1;
  guint64 number = 0;

  if (*last == '#') {
    gboolean hex = last[1] == 'x' || last[1] == 'X';

    number =
        g_ascii_strtoull (last + (hex ? 2 : 1), (char **) &last, hex ? 16 : 10);
    if (*last == ';')
      last++;
    *ret_used = last - text;
    return number < 0x110000 ? number : 0;
  }
  while (g_ascii_isalpha (*last) && last - text < 10)
    last++;
  if (*last != ';' || last - text < 3)
    return 0;
  name = g_ascii_strdown (text + 1, last - text - 1);
  needle = g_strdup_printf (":%s ", name);
  found = strstr (names, needle);
  *ret_used = last + 1 - text;
  return found != NULL ? (guchar) found[-1] : 0;
}

/* What the encoding at @text (NUL-terminated) stands for: writes it to @bytes
 * and returns how much that is; 0 where none begins here. */
static gsize
decode_at (const char *text, char *bytes, gsize *ret_used)
{
  gunichar c = 0;

  if (text[0] == '%') {
    *ret_used = 3;
    bytes[0] = read_hex (text + 1, 2); /* a byte, not a character */
    return bytes[0] != '\0';
  }
  if (text[0] == '&') {
    c = read_reference (text, ret_used);
  } else if (text[0] == '\\' && (text[1] == 'u' || text[1] == 'x')) {
    *ret_used = text[1] == 'u' ? 6 : 4;
    c = read_hex (text + 2, *ret_used - 2);
  } else if (text[0] == '\\' && text[1] != '\0'
      && strchr ("\\/\"'", text[1]) != NULL) {
    *ret_used = 2;
    c = text[1];
  }
  return c != 0 && g_unichar_validate (c) ? g_unichar_to_utf8 (c, bytes) : 0;
}

/* Undoes one encoding of each byte; NULL where there is none. */
static Decoded *
decode (const Decoded *text)
{
  g_autoptr (Decoded) decoded = decoded_new ();
  gsize used;

  for (gsize i = 0; i < text->bytes->len; i += used) {
    const char *at = text->bytes->str + i;
    char bytes[6];
    gsize n = decode_at (at, bytes, &used);

    if (n == 0)
      used = 1;
    decoded_append (decoded, n > 0 ? bytes : at, n > 0 ? n : 1,
        g_array_index (text->start, guint, i),
        g_array_index (text->end, guint, i + used - 1));
  }
  return decoded->bytes->len < text->bytes->len ? g_steal_pointer (&decoded)
                                                : NULL;
}

static Decoded *
decoded_new_plain (const char *text)
{
  Decoded *decoded = decoded_new ();

  for (guint i = 0; text[i] != '\0'; i++)
    decoded_append (decoded, text + i, 1, i, i + 1);
  return decoded;
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
  guint from = g_array_index (text->start, guint, first);
  guint to = g_array_index (text->end, guint, end - 1);

  memset (covered + from, TRUE, to - from);
}

static void
cover_secret (const Decoded *text, const char *secret, char *covered)
{
  const char *all = text->bytes->str, *found = all;
  gsize length = strlen (secret);

  for (; (found = strstr (found, secret)) != NULL; found++) {
    const char *end = found + length;

    if (length >= LONG_SECRET
        || ((found == all || !is_word_byte (found[-1]))
            && !is_word_byte (*end)))
      cover (text, found - all, end - all, covered);
  }
}

/* In base64 (RFC 4648 §4, §5) a text looks differently for each place of its
 * first byte among three. Characters that it shares with its neighbours are not
 * known: one at each side at most. */
static void
cover_base64 (const Decoded *text, const char *secret, char *covered)
{
  gsize length = strlen (secret);

  if (length < LONG_SECRET)
    return;
  for (gsize lead = 0; lead < 3; lead++) {
    g_autofree guint8 *bytes = g_malloc0 (lead + length);
    g_autofree char *base64 = NULL;
    gsize shared = lead > 0 ? 1 : 0, first = lead + shared;
    const char *all = text->bytes->str, *found = all;

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
cover_all (const GPtrArray *levels, const char *secret, char *covered)
{
  g_autoptr (GPtrArray) of_secret = decode_all (secret);
  const Decoded *bare = g_ptr_array_index (of_secret, of_secret->len - 1);

  for (guint i = 0; i < levels->len; i++) {
    const Decoded *text = g_ptr_array_index (levels, i);

    cover_secret (text, secret, covered);
    /* One that looks encoded itself is decoded with the text. */
    if (of_secret->len > 1 && bare->bytes->len >= LONG_SECRET)
      cover_secret (text, bare->bytes->str, covered);
    cover_base64 (text, secret, covered);
  }
}

char *
vc_text_redact (const char *text, const char *const *secrets)
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

/* --- Lines --- */

/* How much of a text is looked at for a quote. */
#define QUOTE_INPUT_MAX (64 * 1024)

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

/* C0, DEL and C1 (ECMA-48), line and paragraph separators, and what is there but
 * not seen, with all that turns the direction of writing (Unicode UAX #9): none
 * of it is a server's to write on a terminal or into a log. Joiners make emoji
 * and letters of several scripts. */
static gboolean
is_control (gunichar c)
{
  switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    case G_UNICODE_FORMAT:
      return c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
    default:
      return FALSE;
  }
}

char *
vc_text_one_line (const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *line = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (line, is_control (c) ? ' ' : c);
  }
  return g_string_free (line, FALSE);
}

/* How many bytes at the end of a text that was cut may be a part of a secret, in
 * any encoding. */
static gsize
doubtful_bytes (const char *const *secrets)
{
  gsize longest = 0;

  for (guint i = 0; secrets != NULL && secrets[i] != NULL; i++)
    longest = MAX (longest, strlen (secrets[i]));
  return 16 * longest;
}

char *
vc_text_quote (const char *text, gssize length, const char *const *secrets)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *line = vc_text_one_line (text, MIN (size, QUOTE_INPUT_MAX));
  /* Before anything is cut: half a secret is a secret too. */
  g_autofree char *redacted = vc_text_redact (line, secrets);
  gsize most = strlen (redacted);

  if (size > QUOTE_INPUT_MAX)
    most -= MIN (most, doubtful_bytes (secrets));
  most = MIN (most, VC_SERVER_MESSAGE_MAX);
  if (redacted[most] != '\0')
    *g_utf8_find_prev_char (redacted, redacted + most + 1) = '\0';
  g_strstrip (redacted);
  return redacted[0] != '\0' ? g_steal_pointer (&redacted) : NULL;
}

/* --- Pages --- */

gboolean
vc_text_is_page (const char *page, gsize length)
{
  gsize i = 0;

  while (i < length && g_ascii_isspace (page[i]))
    i++;
  return i + 1 < length && page[i] == '<'
      && (strchr ("!?", page[i + 1]) != NULL || g_ascii_isalpha (page[i + 1]));
}

/* Where the element or comment ends that begins at @at and has nothing to read
 * in it; NULL where none begins there. */
static const char *
skip_unreadable (const char *at)
{
  static const struct
  {
    const char *start, *end;
  } rows[] = { { "<!--", "-->" }, { "<script", "</script" },
    { "<style", "</style" }, { "<svg", "</svg" },
    { "<template", "</template" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize length = strlen (rows[i].start);

    if (g_ascii_strncasecmp (at, rows[i].start, length) != 0
        || (g_ascii_isalpha (at[1]) && g_ascii_isalpha (at[length])))
      continue;
    for (at += length; *at != '\0'; at++) {
      if (g_ascii_strncasecmp (at, rows[i].end, strlen (rows[i].end)) == 0)
        break;
    }
    return at;
  }
  return NULL;
}

/* The end of the tag at @at, whose attributes may hold ">" in quotes. */
static const char *
skip_tag (const char *at)
{
  char quote = '\0';

  for (; *at != '\0'; at++) {
    if (quote != '\0')
      quote = *at == quote ? '\0' : quote;
    else if (*at == '>')
      return at + 1;
    else if ((*at == '"' || *at == '\'') && at[-1] == '=')
      quote = *at;
  }
  return at;
}

char *
vc_text_of_page (const char *page, gsize length)
{
  g_autofree char *copy = g_strndup (page, length);
  GString *text = g_string_new (NULL);
  const char *at = copy;

  while (*at != '\0') {
    const char *unreadable = skip_unreadable (at);
    char bytes[6];
    gsize used, n;

    if (unreadable != NULL) {
      at = skip_tag (unreadable);
    } else if (*at == '<' && !g_ascii_isspace (at[1])) {
      at = skip_tag (at);
    } else if (g_ascii_isspace (*at)) {
      at++;
    } else {
      n = *at == '&' ? decode_at (at, bytes, &used) : 0;
      g_string_append_len (text, n > 0 ? bytes : at, n > 0 ? n : 1);
      at += n > 0 ? used : 1;
      continue;
    }
    if (text->len > 0 && text->str[text->len - 1] != ' ')
      g_string_append_c (text, ' ');
  }
  return g_string_free (text, FALSE);
}
