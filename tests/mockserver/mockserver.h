/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockserver.h: the text-to-GIF service's protocol on the loopback interface
 *
 * A stand-in for tests and demonstrations, in the process that uses it. It
 * binds 127.0.0.1 only, runs on threads of its own (the caller's main loop is
 * not needed and may block) and makes pictures by arithmetic, not by a model:
 * a prompt always gives the same animation, another prompt another one, and
 * "mock" is written on it.
 *
 *   POST /generate-gif       {"images": ["http://127.0.0.1:PORT/gifs/X.gif"]}
 *   GET, HEAD /gifs/X.gif    length, strong ETag, Last-Modified, Range,
 *                            If-Range, If-None-Match
 *   GET /image/samplers      JSON array of names; also /sd/samplers, /samplers
 *   GET /limits              JSON: how many GIFs each plan may make
 *
 * The POST is checked more strictly than the service does (an integer has to
 * be one), all faults at once in one 422; another key than the one set is 403,
 * a sampler that is not in the list 400. Requests in absolute form are
 * answered for any host: the server also plays an HTTP proxy.
 *
 * ## Faults
 *
 * A fault changes the next replies. It is a name with settings:
 *
 *   429 retry-after=2 times=2
 *   drip rate=65536
 *   reset-body after=1000 times=1 fault:etag-changed
 *
 * The word "fault:" starts a further fault of the same request; values with
 * spaces stand in quotes. A fault comes from one of three places:
 *
 *   - mock_server_push_fault(): applies to the next request of its stage
 *     (times=N: to the next N), after the ones pushed before it;
 *   - MockOptions.fault, `visioncraft-mock --fault NAME[:N]`: to all requests
 *     of its stage, or the first N;
 *   - a prompt that holds "fault:NAME setting=value …": to all requests made
 *     for that prompt, or the first N with times=N. A fault of the download
 *     stays with the picture this POST made.
 *
 * Each fault has a stage of its own, `on=post`, `on=get` or `on=connection`;
 * most work on the other stage too when told so ("404 on=get").
 * mock_fault_describe() gives the table of names and settings.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MockServer MockServer;

/* Zero (NULL) everywhere is a server with the defaults in brackets. */
typedef struct
{
  guint16 port;             /* [any free one] */
  const char *token;        /* the only key accepted [any but ""] */
  guint width, height;      /* pixels, 16 to 4096 [512, 512] */
  guint n_frames;           /* 1 to 1000 [16] */
  guint delay_cs;           /* of each frame [12 and 13 in turn: 8 a second] */
  const guint16 *delays_cs; /* the frames' in turn; wins over delay_cs */
  guint n_delays;           /* of them [n_frames] */
  gboolean transparent;     /* no background: balls and words on nothing */
  guint latency_ms;         /* from a good POST to its reply [0] */
  guint drip_rate;          /* bytes per second of each GIF [0: no limit] */
  gboolean without_etag;    /* Last-Modified stays */
  const char *fault;        /* see above; "NAME:N" is "NAME times=N" */
  GTlsCertificate *certificate; /* with its key: https [http] */
} MockOptions;

/* What the server counts. */
typedef enum
{
  MOCK_EVENT_CONNECTION,     /* accepted */
  MOCK_EVENT_POST_RECEIVED,  /* a POST to /generate-gif or /beta/generate-gif,
                                complete with body */
  MOCK_EVENT_POST_ANSWERED,  /* its reply went out whole, whatever it says */
  MOCK_EVENT_GENERATED,      /* a GIF was made (or taken from set_gif) */
  MOCK_EVENT_GET_RECEIVED,   /* a GET or HEAD below /gifs/, ranges included */
  MOCK_EVENT_RANGE_RECEIVED, /* such a request with a Range header */
  MOCK_EVENT_GET_ANSWERED,   /* its reply went out whole */
  MOCK_EVENT_OTHER_RECEIVED, /* any other request */
  MOCK_EVENT_HELD,           /* a reply came to a hold and waits for release */
  MOCK_EVENT_ABORTED,        /* the client left before its reply was whole */
  MOCK_EVENT_CLOSED,         /* a connection ended, by whichever side */
  MOCK_N_EVENTS
} MockEvent;

/* The two requests of a generation. */
typedef enum
{
  MOCK_STAGE_POST,
  MOCK_STAGE_GET,
  MOCK_N_STAGES
} MockStage;

/* @after of mock_server_hold(): before the status line. */
#define MOCK_HOLD_REPLY (-1)

/* Listens and serves. @options (NULL: defaults) is copied. NULL and @error
 * when the port is taken, a size is out of range or the fault is not known.
 * End it with mock_server_free(). */
MockServer *mock_server_new (const MockOptions *options, GError **error);

/* Closes all connections, also the held ones, waits until every thread of the
 * server has ended, frees. NULL is allowed. */
void mock_server_free (MockServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockServer, mock_server_free)

/* "http://127.0.0.1:PORT" or "https://…", without a slash at the end. Owned
 * by @server. */
const char *mock_server_get_url (MockServer *server);

/* How often @event has happened so far. A ..._RECEIVED is counted before the
 * first byte of the reply goes out; ..._ANSWERED only after the last one was
 * handed to the kernel: wait for those. */
guint mock_server_count (MockServer *server, MockEvent event);

/* Blocks until @event has happened @n times since the start. FALSE when it has
 * not within @timeout_ms. */
gboolean mock_server_wait_for (
    MockServer *server, MockEvent event, guint n, guint timeout_ms);

/* Connections open now. */
guint mock_server_get_n_open (MockServer *server);

/* Body of POST number @index (from 0; -1 is the newest). NULL when there was
 * none, or it is too old (the newest 256 requests are kept). Transfer full. */
GBytes *mock_server_ref_post_body (MockServer *server, int index);

/* Request line and headers of request number @index of @stage, each line ended
 * by "\r\n"; NULL as above. Transfer full. */
char *mock_server_dup_headers (MockServer *server, MockStage stage, int index);

/* One header of it, NULL when it was not sent. Transfer full. */
char *mock_server_dup_header (
    MockServer *server, MockStage stage, int index, const char *name);

/* The bytes behind the address of generation number @index (from 0; -1 is the
 * newest). The newest 4096 are kept, up to 64 MiB; beyond that those go first
 * that a client has asked for, and the newest 128 of the others stay. NULL when
 * there was none. Transfer full. */
GBytes *mock_server_ref_gif (MockServer *server, int index);

/* From now on POSTs give @gif instead of a picture; NULL: pictures again. The
 * bytes need not be a GIF. */
void mock_server_set_gif (MockServer *server, GBytes *gif);

/* Queues @fault, see above. "ok" is the fault that changes nothing, to leave
 * a request out. A name or setting that is not known ends the program: it is a
 * mistake in the test. */
void mock_server_push_fault (MockServer *server, const char *fault);

/* Lets every reply of @stage stop and wait once @after bytes of its body are
 * out (the headers are out too; MOCK_HOLD_REPLY: nothing is). Wait for
 * MOCK_EVENT_HELD to know that one does. */
void mock_server_hold (MockServer *server, MockStage stage, gint64 after);

/* Lets all held replies go on, those held by a fault ("silence") as well, and
 * ends mock_server_hold(). */
void mock_server_release (MockServer *server);

/* The table of faults and settings for people, one line each. Transfer
 * full. */
char *mock_fault_describe (void);

/* Names of all faults that are names (not bare statuses), NULL-terminated, for
 * tests that walk through them. Owned by the library. */
const char *const *mock_fault_list (void);

/* TRUE when @fault is well formed; else @error says what is not known. */
gboolean mock_fault_check (const char *fault, GError **error);

G_END_DECLS
