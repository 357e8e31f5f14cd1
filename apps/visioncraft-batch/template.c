/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "template.h"

#include "digest.h"
#include "failure.h"

#include <string.h>

#define SLUG_MAX 70 /* without the sum */
#define ID_MAX 80
#define SUM_DIGITS 8
/* Of 255 bytes; the hidden folder's name beside it is made of this one. */
#define NAME_MAX_SIZE 240

typedef enum
{
  PART_TEXT,
  PART_N,
  PART_ID,
  PART_SLUG,
  PART_VARIATION,
} PartKind;

static const char *const field_names[] = {
  [PART_N] = "n",
  [PART_ID] = "id",
  [PART_SLUG] = "slug",
  [PART_VARIATION] = "variation",
};

typedef struct
{
  PartKind kind;
  char *text; /* of PART_TEXT */
} Part;

struct _Template
{
  GArray *parts; /* of Part */
  const Format *format;
};

static void
part_clear (gpointer part)
{
  g_free (((Part *) part)->text);
}

static void
add_part (Template *template, PartKind kind, const char *text, gsize size)
{
  Part part = { kind, kind == PART_TEXT ? g_strndup (text, size) : NULL };

  if (kind != PART_TEXT || size > 0)
    g_array_append_val (template->parts, part);
  else
    g_free (part.text);
}

static gboolean
add_field (Template *template, const char *name, gsize size, GError **error)
{
  for (guint i = PART_N; i < G_N_ELEMENTS (field_names); i++)
    if (strlen (field_names[i]) == size
        && memcmp (field_names[i], name, size) == 0) {
      add_part (template, i, NULL, 0);
      return TRUE;
    }
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "\"{%.*s}\" is no field of a file's name: there are {n}, {id}, {slug} "
      "and {variation}; write {{ for a brace.",
      (int) size, name);
  return FALSE;
}

/* Puts what @text says into @template. */
static gboolean
parse (Template *template, const char *text, GError **error)
{
  while (*text != '\0') {
    gsize n_plain = strcspn (text, "{}");

    add_part (template, PART_TEXT, text, n_plain);
    text += n_plain;
    if (*text == '\0')
      break;
    if (text[1] == text[0]) {
      add_part (template, PART_TEXT, text, 1);
      text += 2;
    } else {
      gsize size = *text == '{' ? strcspn (text + 1, "{}") : 0;

      if (*text == '}' || text[1 + size] != '}') {
        g_set_error (error, FAILURE, FAILURE_USAGE,
            "A brace stands alone in \"%s\": write {{ or }} for one.", text);
        return FALSE;
      }
      if (!add_field (template, text + 1, size, error))
        return FALSE;
      text += size + 2;
    }
  }
  return TRUE;
}

Template *
template_new (const char *text, GError **error)
{
  g_autoptr (Template) template = g_new0 (Template, 1);
  const TemplateFields example = { .n = 1, .id = "id", .prompt = "prompt" };
  g_autofree char *file = NULL;

  template->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (template->parts, part_clear);
  if (!parse (template, text, error))
    return NULL;
  file = template_expand (template, &example, error);
  if (file == NULL)
    return NULL;
  template->format = format_of_file (file, error);
  return template->format != NULL ? g_steal_pointer (&template) : NULL;
}

void
template_free (Template *template)
{
  if (template == NULL)
    return;
  g_array_unref (template->parts);
  g_free (template);
}

const Format *
template_get_format (Template *template)
{
  return template->format;
}

char *
template_dup_folder (Template *template)
{
  g_autoptr (GString) begin = g_string_new (NULL);

  for (guint i = 0; i < template->parts->len; i++) {
    const Part *part = &g_array_index (template->parts, Part, i);

    if (part->kind != PART_TEXT)
      break;
    g_string_append (begin, part->text);
  }
  g_string_append_c (begin, '_'); /* "DIR/" is a folder, "DIR" is not */
  return g_path_get_dirname (begin->str);
}

/* --- The fields --- */

/* Cuts @text at a character's begin. */
static void
cut (GString *text, gsize max)
{
  if (text->len <= max)
    return;
  while (((guchar) text->str[max] & 0xc0) == 0x80)
    max--;
  g_string_truncate (text, max);
}

static void
append_sum (GString *name, const char *whole)
{
  char sum[DIGEST_TEXT_SIZE];

  digest_to_text (digest_of (whole, -1), sum);
  if (name->len > 0)
    g_string_append_c (name, '-');
  g_string_append_len (name, sum, SUM_DIGITS);
}

static void
strip_dashes (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == '-')
    g_string_truncate (text, text->len - 1);
}

char *
template_slug (const char *prompt)
{
  GString *slug = g_string_new (NULL);
  g_autofree char *whole =
      g_utf8_normalize (prompt, -1, G_NORMALIZE_DEFAULT_COMPOSE);

  for (const char *at = whole; *at != '\0' && slug->len <= SLUG_MAX;
       at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (g_unichar_isalnum (c) || (g_unichar_ismark (c) && slug->len > 0))
      g_string_append_unichar (slug, g_unichar_tolower (c));
    else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
      g_string_append_c (slug, '-');
  }
  if (slug->len > SLUG_MAX) {
    cut (slug, SLUG_MAX);
    strip_dashes (slug);
    append_sum (slug, prompt);
  }
  strip_dashes (slug);
  if (slug->len == 0)
    append_sum (slug, prompt);
  return g_string_free (slug, FALSE);
}

/* Anything may be an id; what is changed gets its sum, so that two stay two. */
static char *
id_part (const char *id)
{
  GString *part = g_string_new (NULL);
  gboolean changed = FALSE;

  for (const char *at = id; *at != '\0' && part->len <= ID_MAX;
       at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);
    gboolean good = g_unichar_isalnum (c) || c == '-' || c == '_'
        || (c == '.' && part->len > 0);

    changed = changed || !good;
    g_string_append_unichar (part, good ? c : '_');
  }
  changed = changed || part->len > ID_MAX;
  cut (part, ID_MAX);
  if (changed)
    append_sum (part, id);
  return g_string_free (part, FALSE);
}

char *
template_expand (
    Template *template, const TemplateFields *fields, GError **error)
{
  g_autoptr (GString) file = g_string_new (NULL);
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < template->parts->len; i++) {
    const Part *part = &g_array_index (template->parts, Part, i);
    g_autofree char *text = part->kind == PART_SLUG
        ? template_slug (fields->prompt)
        : part->kind == PART_ID ? id_part (fields->id)
                                : NULL;

    if (part->kind == PART_N)
      g_string_append_printf (file, "%" G_GUINT64_FORMAT, fields->n);
    else if (part->kind == PART_VARIATION)
      g_string_append_printf (file, "%u", fields->variation);
    else
      g_string_append (file, text != NULL ? text : part->text);
  }
  names = g_strsplit (file->str, "/", -1);
  for (guint i = 0; names[i] != NULL; i++)
    if (strlen (names[i]) > NAME_MAX_SIZE) {
      g_set_error (error, FAILURE, FAILURE_USAGE,
          "the file's name would have %" G_GSIZE_FORMAT
          " bytes, %d at most: shorten --output",
          strlen (names[i]), NAME_MAX_SIZE);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&file), FALSE);
}
