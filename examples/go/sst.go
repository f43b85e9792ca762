// SPDX-License-Identifier: MIT

// Package sst gives Go programs SIP session timers (RFC 4028) by libsst.
//
// One goroutine of Timers owns all sessions and their clock; the methods may be called from any
// goroutine. Messages go in as plain values, events come out of a channel. Sending is up to you.
package sst

/*
#cgo pkg-config: sst
#include <sst/sst.h>

#include <stdlib.h>

static int add_header(struct sst_msg *msg, _GoString_ name, _GoString_ value)
{
    return sst_msg_header_n(msg, _GoStringPtr(name), _GoStringLen(name), _GoStringPtr(value),
                            _GoStringLen(value));
}

static int set_field(struct sst_policy *policy, _GoString_ name, _GoString_ value,
                     struct sst_policy_error *error)
{
    return sst_policy_set_n(policy, _GoStringPtr(name), _GoStringLen(name), _GoStringPtr(value),
                            _GoStringLen(value), error);
}

static enum sst_method method_of(_GoString_ name)
{
    return sst_method_from_name(_GoStringPtr(name), _GoStringLen(name));
}
*/
import "C"

import (
	"errors"
	"runtime"
	"time"
	"unsafe"
)

// Error is a result of libsst; the constants are those that a program can act on.
type Error int

const (
	ErrState  Error = C.SST_ERR_STATE   // a bug: not what this Tx needs
	ErrEnded  Error = C.SST_ERR_ENDED   // the session has ended
	ErrBusy   Error = C.SST_ERR_BUSY    // another transaction must end first
	ErrNotDue Error = C.SST_ERR_NOT_DUE // no refresh is due, or it no longer is
	errNone   Error = C.SST_OK
)

// ErrClosed is returned by everything after Timers.Close.
var ErrClosed = errors.New("sst: timers are closed")

func (e Error) Error() string {
	return "sst: " + C.GoString(C.sst_result_name(C.int(e)))
}

func result(code C.int) error {
	if Error(code) == errNone {
		return nil
	}
	return Error(code)
}

// Policy holds the settings of a program, for any number of sessions.
type Policy struct {
	c *C.struct_sst_policy
}

// NewPolicy makes a policy from named settings, such as "mode": "request"; see docs/policy.md.
func NewPolicy(settings map[string]string) (*Policy, error) {
	var wrong C.struct_sst_policy_error
	p := &Policy{(*C.struct_sst_policy)(C.calloc(1, C.sizeof_struct_sst_policy))}
	runtime.SetFinalizer(p, func(p *Policy) { C.free(unsafe.Pointer(p.c)) })
	C.sst_policy_init_sized(p.c, C.sizeof_struct_sst_policy)
	for name, value := range settings {
		if C.set_field(p.c, name, value, &wrong) != C.SST_OK {
			return nil, policyError(&wrong)
		}
	}
	if C.sst_policy_check(p.c, &wrong) != C.SST_OK {
		return nil, policyError(&wrong)
	}
	return p, nil
}

func policyError(wrong *C.struct_sst_policy_error) error {
	var text [256]C.char
	C.sst_policy_error_print(wrong, &text[0], C.size_t(len(text)))
	return errors.New("sst: " + C.GoString(&text[0]))
}

// Header is a header field. From libsst, one with Tag is an option tag to add to the list of that
// name; any other replaces the message's header field of that name.
type Header struct {
	Name, Value string
	Tag         bool
}

// Message is what libsst needs of a message: you may pass all header fields, in their order.
type Message struct {
	Method  string // of a response: that of its CSeq
	Status  int    // 0 in a request
	CSeq    uint32
	Offer   bool // it has a session description
	Headers []Header
}

func methodOf(name string) C.enum_sst_method { return C.method_of(name) }

func (m *Message) view() (view C.struct_sst_msg) {
	if m.Status == 0 {
		C.sst_msg_request(&view, methodOf(m.Method), C.uint64_t(m.CSeq))
	} else {
		C.sst_msg_response(&view, C.uint(m.Status), methodOf(m.Method), C.uint64_t(m.CSeq))
	}
	for _, header := range m.Headers {
		C.add_header(&view, header.Name, header.Value)
	}
	if m.Offer {
		C.sst_msg_set_flags(&view, C.SST_MSG_OFFER)
	}
	return view
}

func headersOf(out *C.struct_sst_headers) []Header {
	headers := make([]Header, out.count)
	for i := range headers {
		item := &out.item[i]
		headers[i] = Header{C.GoString(item.name), C.GoString(&item.value[0]),
			item.kind == C.SST_HEADER_TAG}
	}
	return headers
}

// Event is something that a session wants or reports. Kind is "refresh", "ended", "negotiated" or
// another name of enum sst_event_type; the other members are set if they apply to it.
type Event struct {
	Kind      string
	Method    string        // refresh: UPDATE or INVITE
	Offer     bool          // refresh: with the unchanged session description
	Interval  time.Duration // 0 if no timer runs
	Side      string        // who refreshes: local, remote or none
	Reason    string        // ended: the value of a Reason header field for the BYE
	Violation string        // violation: what the peer did
}

func eventOf(event *C.struct_sst_event) Event {
	e := Event{
		Kind:     C.GoString(C.sst_event_name(event._type)),
		Interval: time.Duration(event.interval) * time.Second,
		Side:     C.GoString(C.sst_side_name(event.side)),
	}
	switch event._type {
	case C.SST_EVENT_REFRESH:
		e.Method = C.GoString(C.sst_method_name(event.method))
		e.Offer = bool(event.with_offer)
	case C.SST_EVENT_ENDED:
		e.Reason = C.GoString(C.sst_bye_reason(event.reason))
	case C.SST_EVENT_VIOLATION:
		e.Violation = C.GoString(C.sst_violation_name(event.violation))
	}
	return e
}

// Verdict says what to do about a response: "none", "retry", "auth", "wait", "failed" or "ignore".
type Verdict struct {
	Action string
	After  time.Duration // wait: as long as this
}

func verdictOf(verdict *C.struct_sst_verdict, now C.uint64_t) Verdict {
	v := Verdict{Action: C.GoString(C.sst_action_name(verdict.action))}
	if verdict.action == C.SST_ACTION_WAIT && verdict.when_ms > now {
		v.After = time.Duration(verdict.when_ms-now) * time.Millisecond
	}
	return v
}

// Advice says whether to go on with a request from the peer: Status is 0, or that of a rejection.
type Advice struct {
	Status  int
	Copy    bool // a retransmission: answer as before
	Headers []Header
}
