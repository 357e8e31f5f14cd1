/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of prompts: its lines, the items that they are, and the files' names.
 */
#include "failure.h"
#include "jsonline.h"
#include "linereader.h"
#include "list.h"
#include "template.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* --- Digests --- */

static void
test_table_finds_what_was_added_and_nothing_else (void)
{
  g_autoptr (DigestTable) table = digest_table_new (sizeof (guint32));
  gboolean is_new;

  for (guint32 i = 0; i < 10000; i++) {
    guint32 *value = digest_table_add (
        table, digest_of ((const char *) &i, sizeof i), &is_new);

    g_assert_true (is_new);
    *value = i;
  }
  for (guint32 i = 0; i < 20000; i++) {
    guint32 *value =
        digest_table_find (table, digest_of ((const char *) &i, sizeof i));

    g_assert_true ((value != NULL) == (i < 10000));
    if (value != NULL)
      g_assert_cmpuint (*value, ==, i);
  }
  g_assert_cmpuint (digest_table_size (table), ==, 10000);
}

static void
test_digest_is_text_and_back (void)
{
  Digest digest = digest_of ("abc", -1), again;
  char text[DIGEST_TEXT_SIZE];

  digest_to_text (digest, text);
  g_assert_cmpstr (text, ==, "ba7816bf8f01cfea414140de5dae2223");
  g_assert_true (digest_from_text (text, &again));
  g_assert_true (digest_equal (digest, again));
  g_assert_false (digest_from_text ("ba7816bf", &again));
  g_assert_false (
      digest_from_text ("Ba7816bf8f01cfea414140de5dae2223", &again));
}

/* --- JSON --- */

static void
test_json_is_read_strictly (void)
{
  static const struct
  {
    const char *line;
    int at; /* -1: it is good */
  } rows[] = {
    { "{}", -1 },
    { " {\t\"a\" : 1 , \"b\":[] } ", -1 },
    { "{\"a\":-0.5e+3,\"b\":[\"x\",1,null,true]}", -1 },
    { "{\"a\":\"\\ud83e\\udd8a\\n\\u00e9\"}", -1 },
    { "", 0 },
    { "x", 0 },
    { "[1]", 0 },
    { "{", 1 },
    { "{\"a\":1,}", 7 },
    { "{'a':1}", 1 },
    { "{a:1}", 1 },
    { "{\"a\" 1}", 5 },
    { "{\"a\":}", 5 },
    { "{\"a\":tru}", 5 },
    { "{\"a\":1} x", 8 },
    { "{\"a\":1}{}", 7 },
    { "{\"a\":01}", 6 },
    { "{\"a\":0x10}", 6 },
    { "{\"a\":+1}", 5 },
    { "{\"a\":1.}", 7 },
    { "{\"a\":1,\"a\":2}", 7 },
    { "{\"a\":/**/1}", 5 },
    { "{\"a\":{}}", 5 },
    { "{\"a\":[[]]}", 6 },
    { "{\"a\":[1,]}", 8 },
    { "{\"a\":\"x", 7 },
    { "{\"a\":\"\\q\"}", 7 },
    { "{\"a\":\"\\u12g4\"}", 10 },
    { "{\"a\":\"\\u0000\"}", 6 },
    { "{\"a\":\"\\ud800\"}", 6 },
    { "{\"a\":\"\\udc00\"}", 6 },
    { "{\"a\":\"\\ud800\\u0041\"}", 6 },
    { "{\"a\":\"\t\"}", 6 },
    { "{\"a\":\"\xff\"}", 6 },
    { "{\"a\":\"\xc3\xa4\xc3\"}", 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize at = 0;
    const char *what = NULL;
    g_autoptr (GPtrArray) members =
        json_line_parse (rows[i].line, strlen (rows[i].line), &at, &what);

    g_test_message ("row %u", i);
    g_assert_true ((members != NULL) == (rows[i].at < 0));
    if (members == NULL) {
      g_assert_cmpuint (at, ==, rows[i].at);
      g_assert_nonnull (what);
    }
  }
}

static void
test_json_gives_what_it_says (void)
{
  const char line[] = "{\"s\":\"\\ud83e\\udd8a \\\"\",\"i\":-7,\"d\":1.5,"
                      "\"b\":true,\"a\":[\"x\",\"y\"],\"n\":null}";
  gsize at;
  const char *what;
  g_autoptr (GPtrArray) members =
      json_line_parse (line, strlen (line), &at, &what);

  g_assert_nonnull (members);
  g_assert_cmpstr (json_line_string (members, "s"), ==, "🦊 \"");
  g_assert_cmpint (json_line_int (members, "i", 0), ==, -7);
  g_assert_cmpint (json_line_int (members, "d", 9), ==, 9);
  g_assert_cmpfloat (json_line_double (members, "d"), ==, 1.5);
  g_assert_true (json_line_is_true (members, "b"));
  g_assert_false (json_line_is_true (members, "s"));
  g_assert_null (json_line_string (members, "i"));
  g_assert_null (json_line_find (members, "z"));
  g_assert_cmpuint (json_line_find (members, "a")->texts->len, ==, 2);
}

static void
test_json_cut_anywhere_is_none (void)
{
  const char line[] = "{\"event\":\"done\",\"n\":12,\"files\":[\"a.gif\"],"
                      "\"seconds\":1.25,\"cached\":true}";

  for (gsize size = 0; size < strlen (line); size++) {
    gsize at;
    const char *what;

    g_assert_null (json_line_parse (line, size, &at, &what));
  }
}

/* --- Lines --- */

static LineReader *
reader_of (const char *text, gsize size)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("batch-list-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_unlink (path);
  g_assert_cmpint (write (fd, text, size), ==, (gssize) size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return line_reader_new (fd, FALSE);
}

static void
assert_line (LineReader *reader, const char *wanted)
{
  const char *line;
  gsize size;

  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_READ);
  g_assert_cmpmem (line, size, wanted, strlen (wanted));
}

static void
test_lines_have_any_end (void)
{
  g_autoptr (LineReader) reader = reader_of ("a\r\n\nb", 5);
  const char *line;
  gsize size;

  assert_line (reader, "a");
  assert_line (reader, "");
  assert_line (reader, "b");
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_END);
  g_assert_cmpuint (line_reader_get_number (reader), ==, 3);
}

static void
test_line_without_end_is_not_kept (void)
{
  g_autoptr (GString) text = g_string_new ("first\n");
  g_autoptr (LineReader) reader = NULL;
  const char *line;
  gsize size;

  for (guint i = 0; i < 5 * LINE_MAX_SIZE; i++)
    g_string_append_c (text, 'x');
  g_string_append (text, "\nlast");
  reader = reader_of (text->str, text->len);
  assert_line (reader, "first");
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_TOO_LONG);
  assert_line (reader, "last");
}

static void
test_pipe_gives_lines_when_they_are_whole (void)
{
  int ends[2];
  g_autoptr (LineReader) reader = NULL;
  const char *line;
  gsize size;

  g_assert_cmpint (pipe (ends), ==, 0);
  reader = line_reader_new (ends[0], TRUE);
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_WAIT);
  g_assert_cmpint (write (ends[1], "ab", 2), ==, 2);
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_WAIT);
  g_assert_cmpint (write (ends[1], "c\nd", 3), ==, 3);
  assert_line (reader, "abc");
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_WAIT);
  close (ends[1]);
  assert_line (reader, "d");
  g_assert_cmpint (line_reader_next (reader, &line, &size), ==, LINE_END);
}

/* --- Names --- */

static void
test_slug_is_safe (void)
{
  static const struct
  {
    const char *prompt, *slug;
  } rows[] = {
    { "A fox, in the SNOW!", "a-fox-in-the-snow" },
    { "../../etc/passwd", "etc-passwd" },
    { ".hidden", "hidden" },
    { "-rf /", "rf" },
    { "a\nb\tc\x7f", "a-b-c" },
    { "Füchse im Schnee", "füchse-im-schnee" },
    { "一只狐狸", "一只狐狸" },
    { "fox 🦊 fox", "fox-fox" },
    { "100% %d %s", "100-d-s" },
    { "{n} {slug}", "n-slug" },
    { "con", "con" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *slug = template_slug (rows[i].prompt);

    g_assert_cmpstr (slug, ==, rows[i].slug);
  }
}

static void
test_slug_of_nothing_is_something (void)
{
  g_autofree char *fox = template_slug ("🦊");
  g_autofree char *dog = template_slug ("🐶");

  g_assert_cmpuint (strlen (fox), ==, 8);
  g_assert_cmpstr (fox, !=, dog);
}

static void
test_long_prompts_that_begin_alike_differ (void)
{
  g_autofree char *begin = g_strnfill (300, 'a');
  g_autoptr (DigestTable) seen = digest_table_new (0);

  for (guint i = 0; i < 1000; i++) {
    g_autofree char *prompt = g_strdup_printf ("%sä%u", begin, i);
    g_autofree char *slug = template_slug (prompt);
    gboolean is_new;

    g_assert_cmpuint (strlen (slug), <=, 80);
    digest_table_add (seen, digest_of (slug, -1), &is_new);
    g_assert_true (is_new);
  }
}

static void
test_slug_is_cut_between_characters (void)
{
  for (guint i = 0; i < 8; i++) {
    g_autofree char *begin = g_strnfill (i, 'a');
    g_autoptr (GString) prompt = g_string_new (begin);
    g_autofree char *slug = NULL;

    for (guint j = 0; j < 100; j++)
      g_string_append (prompt, "狐");
    slug = template_slug (prompt->str);
    g_assert_true (g_utf8_validate (slug, -1, NULL));
    g_assert_cmpuint (strlen (slug), <=, 80);
  }
}

static void
test_templates_fill_in_their_fields (void)
{
  static const struct
  {
    const char *text, *file, *folder;
    FormatId format;
  } rows[] = {
    { "clips/{n}-{slug}.mp4", "clips/7-a-fox.mp4", "clips", FORMAT_MP4 },
    { "{id}/{variation}.gif", "x_y-0bfe935e/2.gif", ".", FORMAT_GIF },
    { "/a/{{b}}/{n}.webm", "/a/{b}/7.webm", "/a/{b}", FORMAT_WEBM },
    { "{n}-%03d.png", "7-%03d.png", ".", FORMAT_PNGS },
  };
  const TemplateFields fields = { 7, "x/y", "A fox", 2 };
  char sum[DIGEST_TEXT_SIZE];

  digest_to_text (digest_of ("x/y", -1), sum);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) template = template_new (rows[i].text, &error);
    g_autofree char *file = NULL;
    g_autofree char *folder = NULL;
    g_autoptr (GString) wanted = g_string_new (rows[i].file);

    g_assert_no_error (error);
    sum[8] = '\0';
    g_string_replace (wanted, "0bfe935e", sum, 0);
    file = template_expand (template, &fields, &error);
    folder = template_dup_folder (template);
    g_assert_cmpstr (file, ==, wanted->str);
    g_assert_cmpstr (folder, ==, rows[i].folder);
    g_assert_cmpint (template_get_format (template)->id, ==, rows[i].format);
  }
}

static void
test_ids_are_names_that_stay_two (void)
{
  static const char *const ids[] = { "..", ".", "a/b", "a_b", "a:b", "-", "é",
    "a b", ".x", "_x" };
  g_autoptr (Template) template = template_new ("{id}.gif", NULL);
  g_autoptr (DigestTable) seen = digest_table_new (0);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    const TemplateFields fields = { 1, ids[i], "x", 0 };
    g_autofree char *file = template_expand (template, &fields, NULL);
    gboolean is_new;

    g_assert_null (strchr (file, '/'));
    g_assert_cmpint (file[0], !=, '.');
    digest_table_add (seen, digest_of (file, -1), &is_new);
    g_assert_true (is_new);
  }
}

static void
test_wrong_templates_are_refused (void)
{
  static const char *const texts[] = { "{n}", "{n}.avi", "{m}.gif", "{.gif",
    "}.gif", "{n.gif", "{}.gif", "clips/{n}/" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (template_new (texts[i], &error));
    g_assert_error (error, FAILURE, FAILURE_USAGE);
  }
}

/* --- Lists --- */

typedef struct
{
  ListSettings settings;
  char *path;
  List *list;
} Fixture;

static void
setup (
    Fixture *fixture, const char *ending, const char *output, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strconcat ("batch-list-XXXXXX", ending, NULL);
  int fd = g_file_open_tmp (name, &fixture->path, NULL);

  close (fd);
  g_file_set_contents (fixture->path, text, -1, NULL);
  fixture->settings = (ListSettings){
    .defaults = { (char *) NULL, NULL, (char *) "Euler", 10, 30 },
    .templates =
        g_ptr_array_new_with_free_func ((GDestroyNotify) template_free),
    .folder = "out",
    .shard = { 0, 1 },
  };
  if (output != NULL)
    g_ptr_array_add (fixture->settings.templates, template_new (output, NULL));
  fixture->list = list_open (fixture->path, &fixture->settings, &error);
  g_assert_no_error (error);
}

static void
teardown (Fixture *fixture)
{
  list_free (fixture->list);
  g_ptr_array_unref (fixture->settings.templates);
  g_unlink (fixture->path);
  g_free (fixture->path);
}

/* "PROMPT:VARIATION:FILE" */
static void
assert_item (Fixture *fixture, const char *wanted)
{
  g_autoptr (Item) item = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *got = NULL;

  g_assert_cmpint (list_next (fixture->list, &item, &error), ==, LIST_ITEM);
  g_assert_no_error (error);
  got = g_strdup_printf ("%s:%u:%s", item->parameters.prompt, item->variation,
      (const char *) item->files->pdata[0]);
  g_assert_cmpstr (got, ==, wanted);
}

/* A bad line: "LINE:COLUMN" and a word of the reason. */
static void
assert_bad (Fixture *fixture, const char *where, const char *word)
{
  g_autoptr (Item) item = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *place = g_strconcat (":", where, ": ", NULL);

  g_assert_cmpint (list_next (fixture->list, &item, &error), ==, LIST_BAD);
  g_assert_error (error, FAILURE, FAILURE_REFUSED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, place));
  g_assert_nonnull (strstr (error->message, word));
}

static void
assert_end (Fixture *fixture)
{
  g_autoptr (Item) item = NULL;

  g_assert_cmpint (list_next (fixture->list, &item, NULL), ==, LIST_END);
}

static void
test_text_is_a_prompt_a_line (void)
{
  Fixture fixture;

  setup (&fixture, ".txt", "{n}.gif",
      "\357\273\277first\r\n\n  second \n{third\n\"x\"\\n");
  assert_item (&fixture, "first:0:1.gif");
  assert_item (&fixture, "second:0:2.gif");
  assert_item (&fixture, "{third:0:3.gif");
  assert_item (&fixture, "\"x\"\\n:0:4.gif");
  assert_end (&fixture);
  teardown (&fixture);
}

static void
test_kth_of_equal_ones_is_variation_k (void)
{
  Fixture fixture;

  setup (&fixture, "", "{n}-{variation}.gif",
      "{\"prompt\":\"a\"}\n"
      "{\"prompt\":\"b\",\"variations\":2}\n"
      "{\"prompt\":\"a\",\"steps\":30,\"sampler\":\"Euler\"}\n"
      "{\"prompt\":\"a\",\"steps\":29}\n"
      "{\"prompt\":\"a\",\"variations\":2,\"negative_prompt\":\"\"}\n");
  for (guint round = 0; round < 2; round++) {
    assert_item (&fixture, "a:0:1-0.gif");
    assert_item (&fixture, "b:0:2-0.gif");
    assert_item (&fixture, "b:1:2-1.gif");
    assert_item (&fixture, "a:1:3-1.gif");
    assert_item (&fixture, "a:0:4-0.gif");
    assert_item (&fixture, "a:2:5-2.gif");
    assert_item (&fixture, "a:3:5-3.gif");
    assert_end (&fixture);
    g_assert_true (list_rewind (fixture.list, NULL));
  }
  teardown (&fixture);
}

static void
test_bad_lines_say_where (void)
{
  Fixture fixture;

  setup (&fixture, ".jsonl", "{n}.gif",
      "{\"prompt\":\"ä\",}\n"
      "\n"
      "{\"id\":\"a\"}\n"
      "{\"prompt\":\" \"}\n"
      "{\"prompt\":\"ok\",\"step\":3}\n"
      "{\"prompt\":\"ok\",\"steps\":51}\n"
      "{\"prompt\":\"ok\",\"steps\":\"3\"}\n"
      "{\"prompt\":\"ok\",\"steps\":3.5}\n"
      "{\"prompt\":\"ok\",\"cfg_scale\":21}\n"
      "{\"prompt\":\"ok\",\"variations\":0}\n"
      "{\"prompt\":7}\n"
      "{\"prompt\":\"ok\",\"output\":\"../x.gif\"}\n"
      "{\"prompt\":\"ok\",\"output\":\"/x.gif\"}\n"
      "{\"prompt\":\"ok\",\"output\":\"x.avi\"}\n"
      "prompt\n"
      "{\"prompt\":\"ok\",\"id\":\"a\"}\n"
      "{\"prompt\":\"ok\",\"id\":\"a\"}\n");
  assert_bad (&fixture, "1:15", "name");
  assert_bad (&fixture, "3:1", "prompt");
  assert_bad (&fixture, "4:11", "empty");
  assert_bad (&fixture, "5:16", "step");
  assert_bad (&fixture, "6:24", "50");
  assert_bad (&fixture, "7:24", "number");
  assert_bad (&fixture, "8:24", "number");
  assert_bad (&fixture, "9:28", "20");
  assert_bad (&fixture, "10:29", "variations");
  assert_bad (&fixture, "11:11", "text");
  assert_bad (&fixture, "12:25", "below");
  assert_bad (&fixture, "13:25", "below");
  assert_bad (&fixture, "14:25", "format");
  assert_bad (&fixture, "15:1", "object");
  assert_item (&fixture, "ok:0:15.gif");
  assert_bad (&fixture, "17:21", "id");
  assert_end (&fixture);
  teardown (&fixture);
}

/* The fault's own sentence, and one full stop. */
static void
test_nul_is_called_by_its_name (void)
{
  static const char text[] = "{\"prompt\":\"\0\"}";
  gsize at = 0;
  const char *what = NULL;

  g_assert_null (json_line_parse (text, sizeof text - 1, &at, &what));
  g_assert_cmpuint (at, ==, 11);
  g_assert_nonnull (strstr (what, "NUL"));
}

static void
test_faults_end_with_one_full_stop (void)
{
  Fixture fixture;
  Item *item;
  GError *error = NULL;

  setup (&fixture, ".jsonl", "{n}.gif",
      "{\"prompt\":\"a\",\"output\":\"x.avi\"}\n{\"prompt\":1}\n");
  while (list_next (fixture.list, &item, &error) == LIST_BAD) {
    g_assert_true (g_str_has_suffix (error->message, "."));
    g_assert_false (g_str_has_suffix (error->message, ".."));
    g_clear_error (&error);
  }
  teardown (&fixture);
}

/* Paths that no system takes, and frames of one item that would be another
 * one's. */
static void
test_files_that_cannot_be_are_refused (void)
{
  Fixture fixture;
  g_autoptr (GString) text = g_string_new ("{\"prompt\":\"a\",\"output\":\"");

  for (guint i = 0; i < 40; i++)
    g_string_append_printf (text, "%0100u/", i);
  g_string_append (text,
      "x.gif\"}\n"
      "{\"prompt\":\"b\",\"output\":\"{n}%d.png\"}\n"
      "{\"prompt\":\"b\",\"output\":\"%2d{n}.png\"}\n"
      "{\"prompt\":\"b\",\"output\":\"{n}%03d.png\"}\n"
      "{\"prompt\":\"c\",\"output\":[\"{n}-%d.png\",\"{n}-0.png\"]}\n");
  setup (&fixture, ".jsonl", NULL, text->str);
  assert_bad (&fixture, "1:24", "3800");
  assert_bad (&fixture, "2:24", "run together");
  assert_bad (&fixture, "3:24", "run together");
  assert_item (&fixture, "b:0:out/4%03d.png");
  assert_bad (&fixture, "5:24", "another item writes");
  assert_end (&fixture);
  teardown (&fixture);
}

static void
test_two_items_with_one_file_are_refused (void)
{
  Fixture fixture;

  setup (&fixture, ".jsonl", "x/../{slug}.gif",
      "{\"prompt\":\"a fox\"}\n"
      "{\"prompt\":\"A fox!\"}\n"
      "{\"prompt\":\"b\",\"variations\":3}\n"
      "{\"prompt\":\"c\",\"output\":\"{slug}.gif\"}\n"
      "{\"prompt\":\"c!\",\"output\":\"./c.gif\"}\n");
  assert_item (&fixture, "a fox:0:x/../a-fox.gif");
  assert_bad (&fixture, "2:1", "a-fox.gif");
  assert_item (&fixture, "b:0:x/../b.gif");
  assert_bad (&fixture, "3:1", "variation");
  assert_item (&fixture, "c:0:out/c.gif");
  assert_bad (&fixture, "5:25", "c.gif");
  assert_end (&fixture);
  teardown (&fixture);
}

static void
test_shards_are_the_whole_list_and_count_alike (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_seen = 0;

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (text, "prompt %u\n", i % 4);
  for (guint shard = 0; shard < 3; shard++) {
    Fixture fixture;
    Item *item;

    setup (&fixture, ".txt", "{n}.gif", text->str);
    fixture.settings.shard = (Shard){ shard, 3 };
    while (list_next (fixture.list, &item, NULL) == LIST_ITEM) {
      g_assert_cmpuint ((item->n - 1) % 3, ==, shard);
      g_assert_cmpuint (item->variation, ==, (item->n - 1) / 4);
      n_seen++;
      item_free (item);
    }
    g_assert_cmpuint (list_get_n_entries (fixture.list), ==, 20);
    teardown (&fixture);
  }
  g_assert_cmpuint (n_seen, ==, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/batch-list/" #name, test_##name)
  TEST (table_finds_what_was_added_and_nothing_else);
  TEST (digest_is_text_and_back);
  TEST (json_is_read_strictly);
  TEST (json_gives_what_it_says);
  TEST (json_cut_anywhere_is_none);
  TEST (lines_have_any_end);
  TEST (line_without_end_is_not_kept);
  TEST (pipe_gives_lines_when_they_are_whole);
  TEST (slug_is_safe);
  TEST (slug_of_nothing_is_something);
  TEST (long_prompts_that_begin_alike_differ);
  TEST (slug_is_cut_between_characters);
  TEST (templates_fill_in_their_fields);
  TEST (ids_are_names_that_stay_two);
  TEST (wrong_templates_are_refused);
  TEST (text_is_a_prompt_a_line);
  TEST (kth_of_equal_ones_is_variation_k);
  TEST (bad_lines_say_where);
  TEST (nul_is_called_by_its_name);
  TEST (faults_end_with_one_full_stop);
  TEST (files_that_cannot_be_are_refused);
  TEST (two_items_with_one_file_are_refused);
  TEST (shards_are_the_whole_list_and_count_alike);
#undef TEST
  return g_test_run ();
}
