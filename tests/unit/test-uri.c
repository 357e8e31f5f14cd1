/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvctags.h"
#include "gstvcuri.h"

#define BASE "visioncraft://generate-gif"

/* Every key with a value that must come back. */
static void
test_all_keys_are_understood (void)
{
  g_auto (GstVcUri) uri = { 0 };
  g_autoptr (GError) error = NULL;

  gst_vc_uri_parse (BASE "?prompt=Beautiful%20landscape&sampler=DPM%2b%2B%202M"
                         "&cfg-scale=8&steps=50&negative-prompt=((disfigured))"
                         "&variation=4294967295",
      &uri, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (uri.prompt, ==, "Beautiful landscape");
  g_assert_cmpstr (uri.sampler, ==, "DPM++ 2M");
  g_assert_cmpint (uri.cfg_scale, ==, 8);
  g_assert_cmpint (uri.steps, ==, 50);
  g_assert_cmpint (uri.variation, ==, G_MAXUINT);
  g_assert_cmpstr (uri.negative_prompt, ==, "((disfigured))");
}

static void
test_what_is_not_named_is_unset (void)
{
  static const char *const empty[] = { BASE, BASE "/", BASE "?", BASE "/?",
    BASE "?&&" };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++) {
    g_auto (GstVcUri) uri = { .prompt = NULL };
    g_autoptr (GError) error = NULL;

    gst_vc_uri_parse (empty[i], &uri, &error);
    g_assert_no_error (error);
    g_assert_null (uri.prompt);
    g_assert_null (uri.negative_prompt);
    g_assert_null (uri.sampler);
    g_assert_cmpint (uri.cfg_scale, ==, GST_VC_URI_UNSET);
    g_assert_cmpint (uri.steps, ==, GST_VC_URI_UNSET);
    g_assert_cmpint (uri.variation, ==, GST_VC_URI_UNSET);
  }
}

/* What stands in the URI and the prompt it means. */
static const struct
{
  const char *encoded, *prompt;
} prompts[] = {
  { "a%20fox", "a fox" },
  { "a fox", "a fox" },
  { "1+1", "1+1" },
  { "a%2Bb", "a+b" },
  { "100%25", "100%" },
  { "a%26b%3Dc", "a&b=c" },
  { "x=y", "x=y" },
  { "a;b,c:d@e/f?g", "a;b,c:d@e/f?g" },
  { "%23", "#" },
  { "%e7%8b%90", "\xe7\x8b\x90" },
  { "\xe7\x8b\x90", "\xe7\x8b\x90" },
  { "%f0%9f%a6%8a%0Atwo", "\xf0\x9f\xa6\x8a\ntwo" },
  { "", "" },
};

static void
test_prompts_survive (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++) {
    g_auto (GstVcUri) uri = { 0 };
    g_auto (GstVcUri) again = { 0 };
    g_autofree char *text =
        g_strconcat (BASE "?prompt=", prompts[i].encoded, NULL);
    g_autofree char *canonical = NULL;
    g_autoptr (GError) error = NULL;

    gst_vc_uri_parse (text, &uri, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (uri.prompt, ==, prompts[i].prompt);

    canonical = gst_vc_uri_format (&uri);
    g_assert_true (gst_uri_is_valid (canonical));
    g_assert_true (g_str_is_ascii (canonical));
    gst_vc_uri_parse (canonical, &again, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (again.prompt, ==, prompts[i].prompt);
  }
}

static void
test_canonical_uris_have_one_form (void)
{
  static const char canonical[] =
      BASE "?prompt=a%20fox&negative-prompt=blur&sampler=Euler%20a"
           "&cfg-scale=0&steps=1";
  static const char *const forms[] = {
    canonical,
    "VisionCraft://Generate-GIF/?steps=1&cfg_scale=0&sampler=Euler a&"
    "negative_prompt=blur&prompt=a%20fox",
    BASE "?&steps=01&cfg%2dscale=00&sampler=%45uler%20a&negative-prompt=blur"
         "&prompt=a%20%66ox&",
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_auto (GstVcUri) uri = { 0 };
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;

    gst_vc_uri_parse (forms[i], &uri, &error);
    g_assert_no_error (error);
    text = gst_vc_uri_format (&uri);
    g_assert_cmpstr (text, ==, canonical);
  }
}

/* What is wrong, and what the sentence must name. */
static const struct
{
  const char *uri, *named;
} bad[] = {
  { BASE "?prompt=x&seed=1", "\"seed\"" },
  { BASE "?api-url=http%3A%2F%2Fevil.example", "\"api-url\"" },
  { BASE "?token-file=/etc/passwd", "\"token-file\"" },
  { BASE "?cache-dir=/tmp", "\"cache-dir\"" },
  { BASE "?endpoint=x", "\"endpoint\"" },
  { BASE "?variation=-1", "\"variation\"" },
  { BASE "?variation=4294967296", "\"variation\"" },
  { BASE "?Prompt=x", "\"Prompt\"" },
  { BASE "?=x", "\"\"" },
  { BASE "?%zz=x", "\"%zz\"" },
  { BASE "?prompt", "\"prompt\"" },
  { BASE "?prompt=a&prompt=b", "\"prompt\"" },
  { BASE "?cfg-scale=1&cfg_scale=2", "\"cfg-scale\"" },
  { BASE "?cfg-scale=21", "\"cfg-scale\"" },
  { BASE "?cfg_scale=-1", "\"cfg-scale\"" },
  { BASE "?cfg-scale=", "\"cfg-scale\"" },
  { BASE "?cfg-scale=8.5", "\"cfg-scale\"" },
  { BASE "?cfg-scale=%208", "\"cfg-scale\"" },
  { BASE "?cfg-scale=0x8", "\"cfg-scale\"" },
  { BASE "?steps=0", "\"steps\"" },
  { BASE "?steps=51", "\"steps\"" },
  { BASE "?steps=99999999999999999999", "\"steps\"" },
  { BASE "?steps=many", "\"steps\"" },
  { BASE "?prompt=100%", "\"prompt\"" },
  { BASE "?prompt=%4", "\"prompt\"" },
  { BASE "?prompt=%4g", "\"prompt\"" },
  { BASE "?prompt=a%00b", "\"prompt\"" },
  { BASE "?prompt=%ff", "\"prompt\"" },
  { BASE "?sampler=%c3", "\"sampler\"" },
  { BASE "?negative-prompt=\xff", "\"negative-prompt\"" },
  { BASE "?prompt=a#b", "%23" },
  { BASE "/fox?prompt=a", "path" },
  { BASE "ter?prompt=a", BASE },
  { "visioncraft:generate-gif?prompt=a", BASE },
  { "visioncraft://?prompt=a", BASE },
  { "visioncraft://visioncraft.top/generate-gif?prompt=a", BASE },
  { "visioncraft:", BASE },
};

static void
test_what_is_wrong_is_named (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstVcUri uri = { .steps = 77 };
    g_autoptr (GError) error = NULL;

    g_assert_false (gst_vc_uri_parse (bad[i].uri, &uri, &error));
    g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
    if (strstr (error->message, bad[i].named) == NULL)
      g_error ("%s: \"%s\" does not name %s", bad[i].uri, error->message,
          bad[i].named);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    /* Nothing was filled in. */
    g_assert_cmpint (uri.steps, ==, 77);
    g_assert_null (uri.prompt);
  }
}

static void
test_other_schemes_are_not_ours (void)
{
  GstVcUri uri = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (
      gst_vc_uri_parse ("https://generate-gif?prompt=a", &uri, &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL);
}

/* The places where somebody might put a key. */
static void
test_secrets_are_refused_and_not_repeated (void)
{
  static const char *const secret[] = {
    BASE "?prompt=x&token=SECRET",
    BASE "?token=SECRET&prompt=x",
    BASE "?TOKEN=SECRET",
    BASE "?%74oken=SECRET",
    BASE "?api_key=SECRET",
    BASE "?key=SECRET",
    BASE "?proxy_pw=SECRET",
    BASE "?authorization=Basic%20SECRET",
    "visioncraft://SECRET@generate-gif?prompt=x",
    "visioncraft://SECRET/generate-gif?prompt=x",
    BASE "/SECRET?prompt=x",
    BASE "?prompt=x#SECRET",
  };

  for (guint i = 0; i < G_N_ELEMENTS (secret); i++) {
    GstVcUri uri = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (gst_vc_uri_parse (secret[i], &uri, &error));
    g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
    g_assert_null (strstr (error->message, "SECRET"));
    if (strchr (secret[i], '=') < strstr (secret[i], "SECRET")
        && strchr (secret[i], '#') == NULL) {
      /* Why, and what to use instead. */
      g_assert_nonnull (strstr (error->message, "secret"));
      g_assert_nonnull (strstr (error->message, "VISIONCRAFT_TOKEN"));
      g_assert_nonnull (strstr (error->message, "token-file"));
    }
  }
}

/* Pieces that matter to a parser, in any order. */
static const char *const pieces[] = { "prompt", "negative-prompt", "steps",
  "cfg_scale", "token", "=", "=", "&", "?", "%", "%41", "%00", "%ff", "%zz",
  "#", "/", "+", " ", "5", "50", "-1", "9999999999", "\xe7\x8b\x90", "\xff",
  BASE, "a" };

static void
test_any_text_is_parsed_or_refused (void)
{
  guint n_parsed = 0;

  for (guint i = 0; i < 20000; i++) {
    GString *text = g_string_new (BASE "?");
    g_auto (GstVcUri) uri = { 0 };
    g_autoptr (GError) error = NULL;

    for (int n = g_test_rand_int_range (0, 12); n > 0; n--)
      g_string_append (
          text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
    if (gst_vc_uri_parse (text->str, &uri, &error)) {
      g_autofree char *canonical = gst_vc_uri_format (&uri);
      g_autofree char *again = NULL;
      g_auto (GstVcUri) reparsed = { 0 };

      n_parsed++;
      gst_vc_uri_parse (canonical, &reparsed, &error);
      g_assert_no_error (error);
      again = gst_vc_uri_format (&reparsed);
      g_assert_cmpstr (again, ==, canonical);
    } else {
      g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
    g_string_free (text, TRUE);
  }
  g_assert_cmpuint (n_parsed, >, 100);
}

#define FOX "\xf0\x9f\xa6\x8a"
#define E_ACUTE "e\xcc\x81" /* two characters, one to its reader */
#define ELLIPSIS "\xe2\x80\xa6"
#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static const struct
{
  const char *prompt, *title;
} titles[] = {
  { "a fox", "a fox" },
  { " a\n\tfox\r\n", "a fox" },
  { "", "" },
  { " \n ", "" },
  /* Controls, separators, what turns the direction of writing, no UTF-8. */
  { "a\x1b[31m fox\x7f", "a [31m fox" },
  { "a\xc2\x85 fox", "a fox" },
  { "\xe2\x80\xa8\x61\xe2\x80\xa9 fox", "a fox" },
  { "a\xe2\x80\xae\x66ox\xe2\x80\xac", "a fox" },
  { "a \xe2\x81\xa6\x66ox\xd8\x9c", "a fox" },
  { "a\xff fox", "a\xef\xbf\xbd fox" },
  { SEVENTY TEN, SEVENTY TEN },
  { SEVENTY TEN "x", SEVENTY "012345678" ELLIPSIS },
  { SEVENTY "01234567" FOX FOX, SEVENTY "01234567" FOX FOX },
  { SEVENTY "01234567" FOX FOX FOX, SEVENTY "01234567" FOX ELLIPSIS },
  { SEVENTY "01234567" E_ACUTE "xyz", SEVENTY "01234567" ELLIPSIS },
  { SEVENTY "0123456" E_ACUTE "xyz", SEVENTY "0123456" E_ACUTE ELLIPSIS },
  /* Man, joiner, woman. */
  { SEVENTY "0123456\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9xyz",
      SEVENTY "0123456" ELLIPSIS },
};

static void
test_titles_are_cut_between_characters (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
    g_autofree char *title = gst_vc_tags_title (titles[i].prompt);

    g_assert_cmpstr (title, ==, titles[i].title);
    g_assert_cmpint (g_utf8_strlen (title, -1), <=, GST_VC_TITLE_CHARS);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/uri/all-keys", test_all_keys_are_understood);
  g_test_add_func ("/uri/unset", test_what_is_not_named_is_unset);
  g_test_add_func ("/uri/prompts", test_prompts_survive);
  g_test_add_func ("/uri/canonical", test_canonical_uris_have_one_form);
  g_test_add_func ("/uri/bad", test_what_is_wrong_is_named);
  g_test_add_func ("/uri/scheme", test_other_schemes_are_not_ours);
  g_test_add_func ("/uri/secrets", test_secrets_are_refused_and_not_repeated);
  g_test_add_func ("/uri/any-text", test_any_text_is_parsed_or_refused);
  g_test_add_func ("/tags/titles", test_titles_are_cut_between_characters);
  return g_test_run ();
}
