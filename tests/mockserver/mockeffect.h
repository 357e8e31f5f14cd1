/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockeffect.h: what the faults do that are more than a status and a text
 */
#pragma once

#include "mockkind.h"

typedef void (*MockReplyEffect) (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
typedef void (*MockServeEffect) (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);

/* Whether the fault meets @request at all. */
typedef gboolean (*MockFaultCondition) (
    const MockFault *fault, const MockRequest *request);
gboolean mock_effect_has_hops_left (
    const MockFault *fault, const MockRequest *request);
gboolean mock_effect_lacks_proxy_key (
    const MockFault *fault, const MockRequest *request);
gboolean mock_effect_wants_range (
    const MockFault *fault, const MockRequest *request);

/* A bare status, with the usual body or that of body=. */
void mock_effect_status (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* The transport. "after" counts body bytes; without it, half of the body. */
void mock_effect_silence (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_hold_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_reset_before (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_reset_headers (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_reset_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_close_before (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_close_headers (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_close_body (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_drip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_garbage (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_early_hints (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_headers_huge (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* Length and coding of the body. */
void mock_effect_length_long (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_length_short (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_length_huge (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_no_length (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_chunked (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_chunked_cut (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_chunked_broken (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_gzip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_gzip_broken (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_endless (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* The POST's body. */
void mock_effect_json_large (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_json_deep (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_json_drip (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_json_endless (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_raw_gif (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* The GIF's body. */
void mock_effect_gif_truncated (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* Headers. */
void mock_effect_redirect (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_redirect_loop (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_range_refused (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_cookie (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_auth (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);
void mock_effect_proxy_auth (
    const MockFault *fault, const MockFaultTarget *target, MockReply *reply);

/* Validators and ranges. */
void mock_effect_etag_changed (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_etag_weak (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_validators_weak (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_etag_none (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_validators_none (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_range_ignored (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
void mock_effect_range_wrong (const MockFault *fault,
    const MockFaultTarget *target, MockServing *serving);
