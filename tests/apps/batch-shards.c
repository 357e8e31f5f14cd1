/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of a list, one process each, and what is read from them together.
 */
#include "batchfixture.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* The lines of a file of JSON objects; of JsonNode. */
static GPtrArray *
read_lines (ProgramFixture *fixture, const char *name)
{
  GPtrArray *nodes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  gsize size;
  g_autofree char *text = program_read (fixture, name, &size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0') {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (nodes, json_from_string (lines[i], &error));
      g_assert_no_error (error);
    }
  return nodes;
}

static JsonObject *
line_object (const GPtrArray *lines, guint i)
{
  return json_node_get_object (lines->pdata[i]);
}

static void
merge (ProgramFixture *fixture, int status, const char *words)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = batch_start (fixture, "--merge out");

  program_finish (process, &result);
  g_test_message ("%s%s", result.out, result.err);
  g_assert_cmpint (result.status, ==, status);
  g_assert_nonnull (strstr (result.out, words));
}

static void
test_shards_make_the_whole_list (ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const shards[] = { "0/3", "1/3", "2/3" };
  g_autoptr (GPtrArray) results = NULL;

  batch_write_list (fixture, 10);
  for (guint i = 0; i < G_N_ELEMENTS (shards); i++) {
    g_autofree char *words =
        g_strdup_printf ("list.txt -o out/{n}.gif --shard %s", shards[i]);
    guint n_posts = i == 0 ? 4 : i == 1 ? 7 : 10;

    batch_run (fixture, 0, n_posts, words);
    if (i == 1) {
      merge (fixture, 75, "missing: shard 2 of 3 has no journal");
      merge (fixture, 75, "missing: item 9");
      merge (fixture, 75,
          "7 done, 0 refused, 0 failed, 0 unknown, 0 left, "
          "3 missing");
    }
  }
  program_remove (fixture, "out/results.jsonl");
  merge (fixture, 0,
      "10 done, 0 refused, 0 failed, 0 unknown, 0 left, 0 "
      "missing");
  results = read_lines (fixture, "out/results.jsonl");
  g_assert_cmpuint (results->len, ==, 10);
  for (guint i = 0; i < results->len; i++)
    g_assert_cmpint (
        json_object_get_int_member (line_object (results, i), "n"), ==, i + 1);
  batch_assert_gifs (fixture, "out", 10);
}

/* Another number of shards, or none, finds what the earlier ones did. */
static void
test_shards_may_change (ProgramFixture *fixture, gconstpointer unused)
{
  batch_write_list (fixture, 8);
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif --shard 0/2");
  batch_run (fixture, 0, 6, "list.txt -o out/{n}.gif --shard 1/4");
  batch_run (fixture, 0, 8, "list.txt -o out/{n}.gif");
  batch_run (fixture, 0, 8, "list.txt -o out/{n}.gif --shard 1/2");
  batch_assert_gifs (fixture, "out", 8);
  merge (fixture, 0, "8 done");
}

/* Lines that went are not missing, those that moved are where they are now. */
static void
test_merge_is_of_the_newest_list (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) results = NULL;

  program_write (fixture, "list.txt", "a\nb\nc\nd\n");
  batch_run (fixture, 0, 4, "list.txt -o 'out/{slug}.gif'");
  program_write (fixture, "list.txt", "d\nb\n");
  batch_run (fixture, 0, 4, "list.txt -o 'out/{slug}.gif'");
  merge (fixture, 0,
      "2 done, 0 refused, 0 failed, 0 unknown, 0 left, 0 "
      "missing");
  results = read_lines (fixture, "out/results.jsonl");
  g_assert_cmpuint (results->len, ==, 2);
  g_assert_cmpstr (
      json_object_get_string_member (line_object (results, 0), "prompt"), ==,
      "d");
}

/* A name that only begins like a journal's is no journal. */
static void
test_files_of_others_are_not_read (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const names[] = { "journal-notes.jsonl",
    "journalism.jsonl", "journal.jsonl.bak", "my-journal.jsonl",
    "journal-1-of-x.jsonl" };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;

  batch_write_list (fixture, 2);
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = g_build_filename ("out", names[i], NULL);

    program_write (fixture, name, "dear diary\n{\"event\":\"done\"}\n\n");
  }
  process = batch_start (fixture, "--merge out");
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.err, ==, "");
}

static void
test_merge_says_how_items_ended (ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "list.txt",
      "a\nb fault:status status=422\nc fault:close-before\n");
  batch_run (fixture, 76, 3, "list.txt -o out/{n}.gif --jobs 1");
  merge (fixture, 76, "refused: item 2 (2) ");
  merge (fixture, 76, "unknown: item 3 (3) ");
}

static void
test_results_are_a_line_for_each_id (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) results = NULL;
  JsonObject *first, *second;
  JsonArray *variations;

  program_write (fixture, "list.jsonl",
      "{\"prompt\":\"a\",\"id\":\"x\",\"variations\":2}\n"
      "{\"prompt\":\"b fault:status status=422\",\"id\":\"y\"}\n");
  batch_run (fixture, 65, 3,
      "list.jsonl -o out/{id}-{variation}.gif -o png/{id}-{variation}.png "
      "--journal-dir out");
  results = read_lines (fixture, "out/results.jsonl");
  g_assert_cmpuint (results->len, ==, 2);
  first = line_object (results, 0);
  second = line_object (results, 1);
  g_assert_cmpstr (json_object_get_string_member (first, "id"), ==, "x");
  g_assert_cmpstr (json_object_get_string_member (first, "state"), ==, "done");
  variations = json_object_get_array_member (first, "variations");
  g_assert_cmpuint (json_array_get_length (variations), ==, 2);
  first = json_array_get_object_element (variations, 1);
  g_assert_cmpint (json_object_get_int_member (first, "variation"), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (
                       json_object_get_array_member (first, "files"), 0),
      ==, "x-1.gif");
  g_assert_cmpstr (
      json_object_get_string_member (second, "state"), ==, "refused");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) program_add ("/batch-shards/" #name, NULL, test_##name)
  TEST (shards_make_the_whole_list);
  TEST (shards_may_change);
  TEST (merge_is_of_the_newest_list);
  TEST (files_of_others_are_not_read);
  TEST (merge_says_how_items_ended);
  TEST (results_are_a_line_for_each_id);
#undef TEST
  return g_test_run ();
}
