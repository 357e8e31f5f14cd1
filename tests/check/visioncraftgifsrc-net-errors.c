/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netrun.h"

#include <gst/check/gstcheck.h>

#define BILLED "may have been billed"

/* --- Each status as the reply to the POST: final, but for 429 and 503 --- */

static const NetRow statuses[] = {
  { "400", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 400 },
  { "401", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 401,
      .words = "Check the API key" },
  { "402", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 402,
      .words = "plan" },
  { "403", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 403 },
  { "404", NULL, RESOURCE (NOT_FOUND), 1, 0, "reply", 404,
      .words = "Check api-url" },
  /* Its text breaks off. */
  { "403 fault:reset-body on=post after=9", NULL, RESOURCE (NOT_AUTHORIZED), 1,
      0, "reply", 403, .unsaid = BILLED },
  { "405", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 405 },
  { "407", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 407,
      .words = "The proxy on the way to 127.0.0.1 answered 407" },
  { "408", NULL, RESOURCE (READ), 1, 0, "reply", 408 },
  { "409", NULL, RESOURCE (BUSY), 1, 0, "reply", 409 },
  { "410", NULL, RESOURCE (NOT_FOUND), 1, 0, "reply", 410 },
  { "413", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 413,
      .words = "plan" },
  { "418", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 418 },
  { "421", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 421 },
  { "422", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 422 },
  { "423", NULL, RESOURCE (BUSY), 1, 0, "reply", 423 },
  { "429", NULL, RESOURCE (BUSY), 2, 0, "reply", 429 },
  { "451", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 451 },
  { "500", NULL, RESOURCE (FAILED), 1, 0, "reply", 500, .words = BILLED },
  { "501", NULL, RESOURCE (FAILED), 1, 0, "reply", 501, .words = BILLED },
  { "502", NULL, RESOURCE (FAILED), 1, 0, "reply", 502, .words = BILLED },
  { "503", NULL, RESOURCE (BUSY), 1, 0, "reply", 503, .words = BILLED },
  { "504", NULL, RESOURCE (READ), 1, 0, "reply", 504, .words = BILLED },
  { "520", NULL, RESOURCE (FAILED), 1, 0, "reply", 520, .words = BILLED },
  { "521", NULL, RESOURCE (FAILED), 1, 0, "reply", 521, .unsaid = BILLED },
  { "522", NULL, RESOURCE (FAILED), 1, 0, "reply", 522, .unsaid = BILLED },
  { "523", NULL, RESOURCE (FAILED), 1, 0, "reply", 523, .unsaid = BILLED },
  { "525", NULL, RESOURCE (FAILED), 1, 0, "reply", 525, .unsaid = BILLED },
  { "526", NULL, RESOURCE (FAILED), 1, 0, "reply", 526, .unsaid = BILLED },
  { "524", NULL, RESOURCE (FAILED), 1, 0, "reply", 524, .words = BILLED },
};

GST_START_TEST (test_a_status_is_one_error_and_its_code_a_detail)
{
  net_run_row (&statuses[__i__]);
}
GST_END_TEST;

/* --- Each shape of an error's body --- */

static const NetRow bodies[] = {
  { "detail-text message=no-such-thing", NULL, RESOURCE (SETTINGS), 1, 0,
      "reply", 400, .words = "no-such-thing", .server_words = "no-such-thing" },
  { "detail-list", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 422,
      .words = "cfg-scale: ensure this value is less than or equal to 20; "
               "steps: value is not a valid integer",
      .server_words = "cfg-scale: " },
  { "detail-odd", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 422 },
  { "error-text message=no-such-thing", NULL, RESOURCE (SETTINGS), 1, 0,
      "reply", 400, .server_words = "no-such-thing" },
  { "error-object message=no-such-thing", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0,
      "reply", 403, .server_words = "no-such-thing" },
  { "detail-text-200 message=no-such-thing", NULL, RESOURCE (FAILED), 1, 0,
      "reply", 200, .server_words = "no-such-thing" },
  { "error-text-200 message=no-such-thing", NULL, RESOURCE (FAILED), 1, 0,
      "reply", 200, .server_words = "no-such-thing" },
  { "error-object-200 message=no-such-thing", NULL, RESOURCE (NOT_AUTHORIZED),
      1, 0, "reply", 200, .server_words = "no-such-thing" },
  { "rate-limit", NULL, RESOURCE (BUSY), 1, 0, "reply", 403,
      .server_words = "Free users can generate 1 GIF per 60 seconds",
      .retry_after = 60 },
  { "rate-limit-200", NULL, RESOURCE (BUSY), 1, 0, "reply", 200,
      .server_words = "per 2 minutes", .retry_after = 120 },
  { "rate-limit-hours", NULL, RESOURCE (BUSY), 1, 0, "reply", 403,
      .server_words = "per 1 hours", .retry_after = 3600 },
  { "no-sampler", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 400,
      .words = "doesn't have Euler sampler" },
  { "no-model", NULL, RESOURCE (SETTINGS), 1, 0, "reply", 200,
      .words = "doesn't have anime model" },
  { "banned", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 403,
      .server_words = "banned" },
  { "paid-plan", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 413,
      .server_words = "Upgrade to a paid plan" },
  { "token-echo", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 403,
      .server_words = "Invalid API key [secret] for this plan" },
  { "token-echo-200", NULL, RESOURCE (FAILED), 1, 0, "reply", 200,
      .server_words = "key=[secret]" },
  { "token-echo-html", NULL, RESOURCE (FAILED), 1, 0, "reply", 502,
      .server_words = "[secret] Bad key [secret]" },
  { "html", NULL, RESOURCE (FAILED), 1, 0, "reply", 502,
      .server_words = "The web server reported error 502.", .words = BILLED },
  /* A gateway's page says nothing about the key. */
  { "html status=403", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 403,
      .words = "A gateway", .unsaid = "API key",
      .server_words = "The web server reported error 403." },
  { "text", NULL, RESOURCE (FAILED), 1, 0, "reply", 500,
      .server_words = "Internal Server Error" },
  { "text-binary", NULL, RESOURCE (FAILED), 1, 0, "reply", 500,
      .server_words = "bad" },
  { "auth", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 401,
      .server_words = "Not authenticated" },
  { "proxy-auth", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 407 },
};

GST_START_TEST (test_the_text_of_an_error_decides_before_its_status)
{
  net_run_row (&bodies[__i__]);
}
GST_END_TEST;

/* --- A good status with something else than the protocol's JSON --- */

#define NO_IMAGE "names no image"
#define NO_JSON "not the JSON of its protocol"

static const NetRow replies[] = {
  { NULL, NULL, GIF, 1, 1 },
  { "early-hints", NULL, GIF, 1, 1 },
  { "early-hints count=20", NULL, GIF, 1, 1 },
  { "early-hints count=0", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "again and again, and never comes. The generation " BILLED },
  { "early-continue count=0", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "again and again" },
  { "early-switch count=0", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "again and again" },
  { "head-endless", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "Header too big" },
  { "headers-many", NULL, GIF, 1, 1 },
  { "headers-many on=get", NULL, GIF, 1, 1 },
  { "gzip-empty on=post", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "says nothing. The generation " BILLED },
  { "raw-gif", NULL, GIF, 1, 0 },
  { "raw-gif type=application/octet-stream", NULL, GIF, 1, 0 },
  { "address-relative", NULL, GIF, 1, 1 },
  { "address-no-scheme", NULL, GIF, 1, 1 },
  { "address-two", NULL, GIF, 1, 1 },
  { "address-userinfo", NULL, GIF, 1, 1 },
  { "gzip on=post", NULL, GIF, 1, 1 },
  { "chunked on=post", NULL, GIF, 1, 1 },
  { "no-length on=post", NULL, GIF, 1, 1 },
  /* Wrong about their bodies, which are whole all the same. */
  { "gzip-broken on=post", NULL, GIF, 1, 1 },
  { "length-long on=post", NULL, GIF, 1, 1 },
  /* … or have no end, though all is there. */
  { "no-length on=post fault:hold-body on=post after=9999", NULL, GIF, 1, 1 },
  { "gzip on=post fault:length-long on=post fault:hold-body on=post after=9999",
      NULL, GIF, 1, 1 },
  { "raw-gif fault:no-length on=post fault:hold-body on=post after=9999999",
      NULL, GIF, 1, 0 },
  { "length-twice on=post", NULL, GIF, 1, 1 },
  { "length-twice", NULL, GIF, 1, 1 },
  { "length-twice on=post length=7", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "not valid HTTP" },
  { "length-negative on=post", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "its length is negative" },
  { "images-empty", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_IMAGE },
  { "images-missing", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_IMAGE, .server_words = "done" },
  { "images-null", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_IMAGE },
  { "images-text", NULL, GIF, 1, 1 },
  { "images-objects", NULL, GIF, 1, 1 },
  { "images-base64", NULL, GIF, 1, 0 },
  { "images-remark", NULL, GIF, 1, 1 },
  { "image-url", NULL, GIF, 1, 1 },
  { "image-data", NULL, GIF, 1, 0 },
  { "address-data", NULL, GIF, 1, 0 },
  { "images-base64", "max-size=100", RESOURCE (NO_SPACE_LEFT), 1, 0, "download",
      200, 1, .words = "max-size" },
  { "job-id", NULL, STREAM (FORMAT), 1, 0, "reply", 202, .words = "job-17" },
  { "address-unwritable", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "images-object", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_IMAGE },
  { "images-number", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "images-null-entry", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "images-nested", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "json-truncated", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_JSON },
  { "json-two-roots", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_JSON },
  { "json-null", NULL, STREAM (FORMAT), 1, 0, "reply", 200, .words = NO_JSON },
  { "json-array", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_IMAGE },
  { "json-number", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_JSON },
  { "json-text", NULL, STREAM (FORMAT), 1, 0, "reply", 200, .words = NO_JSON },
  { "json-bad-utf8", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_JSON },
  { "json-nul", NULL, STREAM (FORMAT), 1, 0, "reply", 200, .words = NO_JSON },
  { "json-deep", NULL, STREAM (FORMAT), 1, 0, "reply", 200, .words = NO_JSON },
  { "json-large", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "1048576 bytes that one can have. The generation " BILLED },
  { "json-endless", NULL, STREAM (FORMAT), 1, 0, "reply", 200 },
  /* More of an error than anybody reads. */
  { "500 fault:endless on=post", NULL, RESOURCE (FAILED), 1, 0, "reply", 500,
      .server_words = "Internal Server Error" },
  { "403 fault:endless on=post", NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply",
      403 },
  { "raw-gif status=201", NULL, GIF, 1, 0 },
  { "html-200", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "Checking your browser" },
  { "empty-body", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "is empty" },
  { "204", NULL, STREAM (FORMAT), 1, 0, "reply", 204, .words = "is empty" },
  { "chunked-broken on=post", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = BILLED },
  { "length-short on=post", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = NO_JSON },
  { "garbage", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "HTTP/2, are not spoken here. The generation " BILLED },
  { "headers-huge", NULL, STREAM (FORMAT), 1, 0, "generate", 0,
      .words = "Header too big" },
};

GST_START_TEST (test_a_reply_that_is_not_the_protocol_s_names_its_fault)
{
  net_run_row (&replies[__i__]);
}
GST_END_TEST;

/* --- Addresses that are not fetched --- */

static const NetRow addresses[] = {
  { "address-file", NULL, RESOURCE (OPEN_READ), 1, 0, "download", 0, 1,
      .words = "begins with file:" },
  { "address-ftp", NULL, RESOURCE (OPEN_READ), 1, 0, "download", 0, 1,
      .words = "begins with ftp:" },
  { "address-empty", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "address-garbage", NULL, RESOURCE (NOT_FOUND), 1, 0, "download", 404, 2 },
  { "address address=http://[", NULL, STREAM (FORMAT), 1, 0, "reply", 200,
      .words = "no address" },
  { "address-missing", NULL, RESOURCE (NOT_FOUND), 1, 2, "download", 404 },
  { "address address=ftp://" TEST_TOKEN "/x", NULL, RESOURCE (OPEN_READ), 1, 0,
      "download", 0, 1 },
  { "address address=http://127.0.0.1:1/?k=" TEST_TOKEN, NULL,
      RESOURCE (OPEN_READ), 1, 0, "download", 0, 2 },
  /* Without the secret it is no address any more. */
  { "address address=http://" TEST_TOKEN ".invalid/x", NULL,
      RESOURCE (NOT_FOUND), 1, 0, "download", 0, 1,
      .words = "from [secret].invalid failed" },
  { "address address=http://x" TEST_TOKEN "@127.0.0.1:1/x", NULL,
      RESOURCE (OPEN_READ), 1, 0, "download", 0, 2,
      .words = "from 127.0.0.1 failed" },
  { "address-refused", NULL, RESOURCE (OPEN_READ), 1, 0, "download", 0, 2,
      .words = "127.0.0.1 failed" },
  { "address address='http://a<b.invalid/x'", NULL, RESOURCE (OPEN_READ), 1, 0,
      "download", 0, 1, .words = "names no host" },
  { "address address='http://a%20b.invalid/x'", NULL, RESOURCE (OPEN_READ), 1,
      0, "download", 0, 1, .words = "names no host" },
};

GST_START_TEST (test_an_address_that_cannot_be_fetched_is_an_error)
{
  net_run_row (&addresses[__i__]);
}
GST_END_TEST;

/* --- Answers that are no GIF --- */

static const NetRow files[] = {
  { "401 on=get", NULL, RESOURCE (NOT_AUTHORIZED), 1, 1, "download", 401 },
  { "403 on=get", NULL, RESOURCE (NOT_AUTHORIZED), 1, 2, "download", 403 },
  { "404 on=get fault:endless", NULL, RESOURCE (NOT_FOUND), 1, 2, "download",
      404 },
  { "500 on=get fault:endless", NULL, RESOURCE (FAILED), 1, 2, "download", 500,
      .server_words = "Internal Server Error" },
  { "404 on=get", NULL, RESOURCE (NOT_FOUND), 1, 2, "download", 404,
      .words = BILLED },
  { "gone", NULL, RESOURCE (NOT_FOUND), 1, 1, "download", 410,
      .server_words = "Gone" },
  { "gone fault:close-body after=2", NULL, RESOURCE (NOT_FOUND), 1, 1,
      "download", 410 },
  { "early-hints on=get count=0", NULL, STREAM (FORMAT), 1, 2, "download", 0,
      .words = "again and again" },
  { "gzip-empty", NULL, STREAM (FORMAT), 1, 2, "download", 200,
      .words = "says nothing" },
  { "421 on=get", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 421 },
  { "204 on=get", NULL, STREAM (FORMAT), 1, 1, "download", 204 },
  { "not-gif", NULL, STREAM (WRONG_TYPE), 1, 1, "download", 200,
      .words = "begins with \"\\x89PNG\\x0d\\x0a\\x1a\\x0a, not a" },
  { "gif-html", NULL, STREAM (WRONG_TYPE), 1, 1, "download", 200,
      .words = "<!DOCTYPE html>" },
  { "gif-empty", NULL, STREAM (WRONG_TYPE), 1, 2, "download", 200,
      .words = "no bytes" },
  { "gif-short", NULL, STREAM (WRONG_TYPE), 1, 1, "download", 200,
      .words = "\"GIF8\"" },
};

GST_START_TEST (test_an_answer_that_is_no_gif_is_an_error)
{
  net_run_row (&files[__i__]);
}
GST_END_TEST;

/* --- Redirects --- */

static const NetRow redirects[] = {
  { "redirect on=post status=301", NULL, RESOURCE (OPEN_READ), 1, 0, "reply",
      301, .words = "points to http://127.0.0.1" },
  { "redirect on=post status=302", NULL, RESOURCE (OPEN_READ), 1, 0, "reply",
      302 },
  { "redirect on=post status=303", NULL, RESOURCE (OPEN_READ), 1, 0, "reply",
      303 },
  { "redirect on=post status=307", NULL, RESOURCE (OPEN_READ), 1, 0, "reply",
      307 },
  { "redirect on=post status=308", NULL, RESOURCE (OPEN_READ), 1, 0, "reply",
      308 },
  { "redirect-to on=post location=http://x.example/" TEST_TOKEN, NULL,
      RESOURCE (OPEN_READ), 1, 0, "reply", 302,
      .words = "http://x.example/[secret]" },
  { "redirect-nowhere on=post", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 302,
      .words = "points to nowhere" },
  { "300", NULL, RESOURCE (OPEN_READ), 1, 0, "reply", 300 },
  { "redirect status=301", NULL, GIF, 1, 2 },
  { "redirect status=302", NULL, GIF, 1, 2 },
  { "redirect status=303", NULL, GIF, 1, 2 },
  { "redirect status=307", NULL, GIF, 1, 2 },
  { "redirect status=308", NULL, GIF, 1, 2 },
  { "redirect hops=5", NULL, GIF, 1, 6 },
  { "redirect hops=6", NULL, RESOURCE (OPEN_READ), 1, 6, "download", 302, 1,
      .words = "more than 5 times" },
  { "redirect-loop", NULL, RESOURCE (OPEN_READ), 1, 6, "download", 302, 1 },
  /* It is followed, if only in a circle. */
  { "redirect-to location='?100%.gif'", NULL, RESOURCE (OPEN_READ), 1, 6,
      "download", 302, 1, .words = "more than 5 times" },
  { "redirect-file", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302,
      .words = "begins with file:" },
  { "redirect-data", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302,
      .words = "begins with data:" },
  { "redirect-ftp", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302,
      .words = "begins with ftp:" },
  { "redirect-garbage", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302,
      .words = "not to an address" },
  { "redirect-to location='http://a|b.invalid/x'", NULL, RESOURCE (OPEN_READ),
      1, 1, "download", 302, .words = "names no host" },
  { "redirect-nowhere", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302,
      .words = "not to an address" },
};

GST_START_TEST (test_only_the_get_follows_redirects_and_five_at_most)
{
  net_run_row (&redirects[__i__]);
}
GST_END_TEST;

#define add_rows(tcase, test, rows) \
  tcase_add_loop_test (tcase, test, 0, G_N_ELEMENTS (rows))

static Suite *
visioncraftgifsrc_net_errors_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-errors", &tc);

  add_rows (tc, test_a_status_is_one_error_and_its_code_a_detail, statuses);
  add_rows (tc, test_the_text_of_an_error_decides_before_its_status, bodies);
  add_rows (
      tc, test_a_reply_that_is_not_the_protocol_s_names_its_fault, replies);
  add_rows (tc, test_an_address_that_cannot_be_fetched_is_an_error, addresses);
  add_rows (tc, test_an_answer_that_is_no_gif_is_an_error, files);
  add_rows (
      tc, test_only_the_get_follows_redirects_and_five_at_most, redirects);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_errors);
