// SPDX-License-Identifier: MIT

package sst

/*
#include <sst/sst.h>

#include <stdlib.h>
*/
import "C"

import (
	"time"
	"unsafe"
)

// Clock is the time that sessions use.
type Clock interface {
	Now() time.Duration                     // since any moment; never goes back
	After(d time.Duration) <-chan time.Time // when d has passed
}

// Timers is the goroutine that owns sessions and their clock.
type Timers struct {
	clock    Clock
	calls    chan func()
	quit     chan struct{}
	done     chan struct{}
	sessions map[*C.struct_sst_session]*Session
	queue    *C.struct_sst_queue
	slots    unsafe.Pointer
	capacity C.size_t
}

// NewTimers starts the goroutine; Close ends it.
func NewTimers(clock Clock) *Timers {
	t := &Timers{
		clock:    clock,
		calls:    make(chan func()),
		quit:     make(chan struct{}),
		done:     make(chan struct{}),
		sessions: make(map[*C.struct_sst_session]*Session),
		queue:    (*C.struct_sst_queue)(C.calloc(1, C.sizeof_struct_sst_queue)),
	}
	if C.sst_queue_init(t.queue, nil, 0) != C.SST_OK {
		panic("sst: an empty queue is always possible")
	}
	go t.run()
	return t
}

// Close ends all sessions without sending anything. Call it once.
func (t *Timers) Close() {
	close(t.quit)
	<-t.done
}

// Sync returns when everything due by now has been reported.
func (t *Timers) Sync() error { return t.do(func(C.uint64_t) {}) }

func (t *Timers) now() C.uint64_t { return C.uint64_t(t.clock.Now() / time.Millisecond) }

// do runs f on the goroutine that owns the sessions.
func (t *Timers) do(f func(now C.uint64_t)) error {
	finished := make(chan struct{})
	call := func() {
		f(t.now())
		t.deliver()
		close(finished)
	}
	select {
	case t.calls <- call:
		<-finished
		return nil
	case <-t.done:
		return ErrClosed
	}
}

func (t *Timers) run() {
	defer close(t.done)
	for {
		select {
		case call := <-t.calls:
			call()
		case <-t.due():
			t.deliver()
		case <-t.quit:
			t.free()
			return
		}
	}
}

// due fires when something may be due; nil if nothing ever is.
func (t *Timers) due() <-chan time.Time {
	deadline, now := C.sst_queue_deadline(t.queue), t.now()
	if deadline == C.SST_NEVER {
		return nil
	}
	if deadline <= now {
		return t.clock.After(0)
	}
	return t.clock.After(time.Duration(deadline-now) * time.Millisecond)
}

// deliver does what is due and passes on the events.
func (t *Timers) deliver() {
	var event C.struct_sst_event
	for {
		c := C.sst_queue_next_event(t.queue, t.now(), &event)
		if c == nil {
			return
		}
		s := t.sessions[c]
		select {
		case s.in <- eventOf(&event):
		case <-s.gone:
		}
	}
}

func (t *Timers) add(s *Session, party C.enum_sst_party) error {
	if C.size_t(len(t.sessions)) == t.capacity {
		t.grow()
	}
	s.c = (*C.struct_sst_session)(C.calloc(1, C.sizeof_struct_sst_session))
	if err := result(C.sst_session_init(s.c, s.policy.c, party)); err != nil {
		C.free(unsafe.Pointer(s.c))
		s.c = nil
		return err
	}
	t.sessions[s.c] = s
	return nil
}

func (t *Timers) grow() {
	capacity := 2*t.capacity + 16
	slots := C.calloc(capacity, C.sizeof_struct_sst_queue_slot)
	if C.sst_queue_resize(t.queue, (*C.struct_sst_queue_slot)(slots), capacity) != C.SST_OK {
		panic("sst: a larger queue is always possible")
	}
	C.free(t.slots)
	t.slots, t.capacity = slots, capacity
}

// moved must follow each call on a session, because its deadline may have changed.
func (t *Timers) moved(s *Session) {
	if C.sst_queue_update(t.queue, s.c) != C.SST_OK {
		panic("sst: the queue has room for every session")
	}
}

func (t *Timers) remove(s *Session) {
	if s.c == nil {
		return
	}
	C.sst_queue_remove(t.queue, s.c)
	delete(t.sessions, s.c)
	C.free(unsafe.Pointer(s.c))
	s.c = nil
}

func (t *Timers) free() {
	for _, s := range t.sessions {
		s.once.Do(func() { close(s.gone) })
		t.remove(s)
	}
	C.free(t.slots)
	C.free(unsafe.Pointer(t.queue))
}
