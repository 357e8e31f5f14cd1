/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcredact.h"
#include "vctext.h"

#include <string.h>

/* --- Secrets --- */

static void
assert_redacted (const char *text, const char *secret, const char *expected)
{
  const char *const secrets[] = { "", secret, NULL };
  g_autofree char *redacted = vc_redact (text, secrets);

  g_assert_cmpstr (redacted, ==, expected);
}

static void
test_secrets_are_taken_out_in_every_writing (void)
{
  static const char secret[] = "a/b\\c\"d+e";
  static const char *const writings[] = {
    "a/b\\c\"d+e",
    "a%2Fb%5Cc%22d%2Be",
    "a%2fb%5cc%22d%2be",
    "%61%2F%62%5C%63%22%64%2B%65",
    "a%252fb%255cc%2522d%252be",
    "a%25252fb\\c\"d+e",
    "a/b\\\\c\\\"d+e",
    "a\\/b\\\\c\\\"d+e",
    "a\\u002fb\\u005Cc\\u0022d+e",
    "a\\\\u002fb\\\\u005cc\\\\u0022d\\\\u002be",
    "a\\x2fb\\x5cc\\x22d\\x2be",
    "a/b\\c&quot;d+e",
    "a&#47;b&#x5C;c&QUOT;d&plus;e",
    "a&amp;#47;b&amp;bsol;c&amp;amp;quot;d+e",
    "a%26%2347%3bb\\c%26quot%3bd+e",
    "a%2Fb\\\\c&quot;d\\u002be",
    "a%u002fb\\c%U0022d+e",
    "\\u{61}\\057b\\134c\\u{000022}d\\u{2b}e",
    "612f625c6322642B65",
    "A/b\\C\"d+E",
    "a/b\\ c\"  d+e",
    "YS9i XGMi ZCtl",
    "61:2f:62:5c:63:22:64:2B:65",
    "61-2F-62-5C-63-22-64-2B-65",
  };

  for (guint i = 0; i < G_N_ELEMENTS (writings); i++) {
    g_autofree char *text = g_strdup_printf ("1 %s 2", writings[i]);
    g_autofree char *within = g_strdup_printf ("x%sy", writings[i]);

    assert_redacted (text, secret, "1 [secret] 2");
    assert_redacted (within, secret, "x[secret]y");
  }
}

/* What other signs stand between, as NULs in UTF-16 that became U+FFFD. */
static void
test_secrets_that_are_spread_out_are_found (void)
{
  assert_redacted (
      "a b.a-b_a\357\277\275b\357\277\275a.B", "abababab", "[secret]");
  assert_redacted ("\357\277\275s\357\277\275k\357\277\275-\357\277\275a"
                   "\357\277\275b\357\277\275c\357\277\275d\357\277\275e"
                   "\357\277\275f",
      "sk-abcdef", "\357\277\275[secret]");
  assert_redacted (
      "1 =61=2F=62=5C=63=22=64=2b=\n65 2", "a/b\\c\"d+e", "1 =[secret] 2");
  /* Too little of it is letters and digits. */
  assert_redacted ("a.b.c.d", "a!b?c!d?-", "a.b.c.d");
}

/* A secret may look encoded, or be made of what encodings are made of. */
static void
test_secrets_that_look_encoded_are_found (void)
{
  static const char *const all[] = { "%41%42%43", "sk-%2f-a%", "a&amp;bcdef",
    "\\u0041bcdef", "&&&&&&&&&&", "%%%%%%%%%%" };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *once = g_uri_escape_string (all[i], NULL, FALSE);
    g_autofree char *twice = g_uri_escape_string (once, NULL, FALSE);

    assert_redacted (all[i], all[i], "[secret]");
    assert_redacted (once, all[i], "[secret]");
    assert_redacted (twice, all[i], "[secret]");
  }
}

/* Base64 has no byte's beginning of its own: every place, both alphabets, amid
 * other bytes and alone. */
static void
test_secrets_are_taken_out_of_base64 (void)
{
  static const char secret[] = "sk-\377?>~~~/abc";

  for (guint lead = 0; lead < 7; lead++) {
    for (guint tail = 0; tail < 4; tail++) {
      g_autofree char *bytes =
          g_strdup_printf ("%.*s%s%.*s", lead, "user:me", secret, tail, "@me");
      g_autofree char *base64 =
          g_base64_encode ((const guint8 *) bytes, strlen (bytes));
      const char *const secrets[] = { secret, NULL };

      for (guint url = 0; url < 2; url++) {
        g_autofree char *escaped = NULL, *redacted = NULL, *again = NULL;

        if (url == 1)
          g_strdelimit (g_strdelimit (base64, "+", '-'), "/", '_');
        escaped = g_uri_escape_string (base64, NULL, FALSE);
        redacted = vc_redact (base64, secrets);
        again = vc_redact (escaped, secrets);
        g_assert_nonnull (strstr (redacted, "[secret]"));
        g_assert_nonnull (strstr (again, "[secret]"));
        /* What is left are the neighbours' own characters and filling. */
        g_assert_cmpuint (
            strlen (redacted), <=, strlen ("[secret]") + 10 + 4 + 3);
      }
    }
  }
}

static void
test_only_the_secret_is_taken_out (void)
{
  assert_redacted ("Too Many Requests", "any", "Too Many Requests");
  assert_redacted (
      "key=any, any? (any)", "any", "key=[secret], [secret]? ([secret])");
  assert_redacted ("?token=%61ny&x", "any", "?token=[secret]&x");
  assert_redacted ("anyway many", "any", "anyway many");
  assert_redacted ("pwpw pw", "pw", "pwpw [secret]");
  assert_redacted ("100 % of a & b \\ c %zz &no; \\q", "12345678",
      "100 % of a & b \\ c %zz &no; \\q");
  assert_redacted (
      "1234567 12345678 123456789", "12345678", "1234567 [secret] [secret]9");
  assert_redacted ("", "12345678", "");
}

static void
test_a_text_without_secrets_stays (void)
{
  const char *const none[] = { NULL };
  g_autofree char *a = vc_redact ("a%2f", NULL);
  g_autofree char *b = vc_redact ("a%2f", none);

  g_assert_cmpstr (a, ==, "a%2f");
  g_assert_cmpstr (b, ==, "a%2f");
}

/* --- Lines --- */

/* ESC, C1, NEL, separators, bidi controls; letters and emoji stay. */
static void
test_no_control_character_gets_through (void)
{
  static const struct
  {
    const char *text, *line;
  } rows[] = {
    { "a\nb\r\tc", "a b  c" },
    { "\033[31mred\007", " [31mred " },
    { "a\177b", "a b" },
    { "a\302\205b\302\233c", "a b c" },
    { "a\342\200\250b\342\200\251c", "a b c" },
    { "a\342\200\256b\342\201\251c\330\234d", "a b c d" },
    { "a\342\200\213b\357\273\277c\302\255d", "a b c d" },
    { "a\363\240\201\201b\342\200\217c", "a b c" },
    { "\342\200\215\342\200\214", "\342\200\215\342\200\214" },
    { "\377", "\357\277\275" },
    { "\303\251 \360\237\246\212", "\303\251 \360\237\246\212" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *line = vc_text_one_line (rows[i].text, -1);

    g_assert_cmpstr (line, ==, rows[i].line);
  }
}

static void
test_a_quote_is_one_short_line_of_utf8 (void)
{
  g_autofree char *lines = vc_text_quote (" a\r\nb\x01\xff"
                                          "c ",
      -1, NULL);
  g_autofree char *nul = vc_text_quote ("a\0b", 3, NULL);
  g_autofree char *blank = vc_text_quote (" \n\t ", -1, NULL);

  g_assert_cmpstr (lines, ==, "a  b \357\277\275c");
  g_assert_nonnull (nul);
  g_assert_true (g_utf8_validate (nul, -1, NULL));
  g_assert_null (blank);
  for (guint lead = 505; lead < 520; lead++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *quote = NULL;

    for (guint i = 0; i < lead; i++)
      g_string_append_c (text, 'x');
    g_string_append (text, "🦊🦊");
    quote = vc_text_quote (text->str, -1, NULL);
    g_assert_cmpuint (strlen (quote), <=, VC_SERVER_MESSAGE_MAX);
    g_assert_cmpuint (strlen (quote), >=, MIN (lead, VC_SERVER_MESSAGE_MAX));
    g_assert_true (g_utf8_validate (quote, -1, NULL));
  }
}

/* A long text is cut before it is looked at: a secret at that cut is no less
 * one. */
static void
test_no_half_of_a_secret_is_left_of_a_long_text (void)
{
  static const char secret[] = "0123456789abcdef0123456789abcdef";
  const char *const secrets[] = { secret, NULL };

  for (guint lead = 0; lead < 32; lead++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *quote = NULL;

    for (guint i = 0; i < lead; i++)
      g_string_append_c (text, 'x');
    while (text->len < 70000)
      g_string_append (text, secret);
    quote = vc_text_quote (text->str, text->len, secrets);
    g_assert_null (quote != NULL ? strstr (quote, "0123") : NULL);
  }
}

/* --- Pages --- */

static void
test_of_a_page_only_what_can_be_read_is_left (void)
{
  static const struct
  {
    const char *page, *text;
  } rows[] = {
    { "<html><h1>Bad</h1>\n<p>gate\tway</p></html>", "Bad gate way " },
    { "<!DOCTYPE html><html><head><title>Just a moment...</title><style>body{"
      "color:red}</style><script>var a = '<b>' < 2;</script></head><body>"
      "<noscript>Enable JavaScript</noscript></body>",
        "Just a moment... Enable JavaScript " },
    { "<p>a<!-- <p>b</p> -->c</p><SCRIPT src=x>d</SCRIPT >e", "a c e" },
    { "<p title=\"a>b\">c &amp; d &lt;&nbsp;e &copy; f</p>",
        "c & d < e &copy; f " },
    { "<p>1 < 2 &&#50;</p>", "1 < 2 &2 " },
    { "<p>a<script>b", "a " },
    { "<p>a<b", "a " },
    { "<scripture>a</scripture>", "a " },
    { "<svg><title>x</title></svg><p>a", "a" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text =
        vc_text_of_page (rows[i].page, strlen (rows[i].page));

    g_assert_cmpstr (text, ==, rows[i].text);
  }
}

static void
test_a_page_is_known_by_its_beginning (void)
{
  static const char *const pages[] = { "<html>", " \n<!DOCTYPE html>",
    "<?xml version=\"1.0\" ?>\n<html>", "<p>" };
  static const char *const others[] = { "", "<", "{\"a\":\"<p>\"}", "a <p>",
    "< 2", "  " };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    g_assert_true (vc_text_is_page (pages[i], strlen (pages[i])));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (vc_text_is_page (others[i], strlen (others[i])));
}

#define ADD(name) g_test_add_func ("/vctext/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (secrets_are_taken_out_in_every_writing);
  ADD (secrets_that_are_spread_out_are_found);
  ADD (secrets_that_look_encoded_are_found);
  ADD (secrets_are_taken_out_of_base64);
  ADD (only_the_secret_is_taken_out);
  ADD (a_text_without_secrets_stays);
  ADD (no_control_character_gets_through);
  ADD (a_quote_is_one_short_line_of_utf8);
  ADD (no_half_of_a_secret_is_left_of_a_long_text);
  ADD (of_a_page_only_what_can_be_read_is_left);
  ADD (a_page_is_known_by_its_beginning);
  return g_test_run ();
}
