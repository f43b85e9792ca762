// SPDX-License-Identifier: MIT

package sst_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	sst "libsst.example/sst"
)

// fast is a clock that runs faster than real time.
type fast struct {
	start time.Time
	speed time.Duration
}

func (f fast) Now() time.Duration { return time.Since(f.start) * f.speed }

func (f fast) After(d time.Duration) <-chan time.Time { return time.After(d / f.speed) }

// agent is sst-ua, which answers one call.
type agent struct {
	*testing.T
	command *exec.Cmd
	port    int
}

func start(t *testing.T, options ...string) *agent {
	t.Helper()
	program := os.Getenv("SST_UA")
	if program == "" {
		t.Skip("SST_UA does not name sst-ua")
	}
	options = append(options, "--bind", "127.0.0.1:0", "--log", "json", "answer")
	a := &agent{T: t, command: exec.Command(program, options...)}
	out, err := a.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.command.Process.Kill() })
	lines := bufio.NewScanner(out)
	var line struct{ Port int }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &line) != nil || line.Port == 0 {
		t.Fatalf("sst-ua does not say where it listens: %q", lines.Text())
	}
	a.port = line.Port
	go func() {
		for lines.Scan() { // so that it never waits for a reader
		}
	}()
	return a
}

// call is our end of a dialog with it, with only as much SIP as the test needs.
type call struct {
	*testing.T
	session  *sst.Session
	conn     net.Conn
	to       string
	cseq     uint32
	arrivals chan string
}

const description = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 9 RTP/AVP 0\r\n"

func dial(t *testing.T, session *sst.Session, port int) *call {
	t.Helper()
	conn, err := net.Dial("udp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &call{T: t, session: session, conn: conn, to: "<sip:bob@" + conn.RemoteAddr().String() + ">",
		arrivals: make(chan string, 64)}
	go func() {
		buffer := make([]byte, 65536)
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				return
			}
			c.arrivals <- string(buffer[:n])
		}
	}()
	return c
}

// message is the text of a request; one datagram, whatever libsst adds.
func (c *call) message(method string, headers []sst.Header, body string) string {
	local := c.conn.LocalAddr()
	var text strings.Builder
	fmt.Fprintf(&text, "%s sip:bob@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s%d\r\n"+
		"Max-Forwards: 70\r\nFrom: <sip:go@%s>;tag=go\r\nTo: %s\r\nCall-ID: go-%s\r\nCSeq: %d %s\r\n"+
		"Contact: <sip:go@%s>\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n", method, c.conn.RemoteAddr(),
		local, method, c.cseq, local, c.to, c.Name(), c.cseq, method, local)
	for _, header := range headers {
		fmt.Fprintf(&text, "%s: %s\r\n", header.Name, header.Value)
	}
	if body != "" {
		text.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&text, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return text.String()
}

// response is a final response to the newest request, for libsst.
func (c *call) response(method string) *sst.Message {
	c.Helper()
	patience := time.After(time.Minute)
	for {
		select {
		case text := <-c.arrivals:
			head, _, _ := strings.Cut(text, "\r\n\r\n")
			lines := strings.Split(head, "\r\n")
			status, _ := strconv.Atoi(strings.Fields(lines[0])[1])
			message := &sst.Message{Method: method, Status: status, CSeq: c.cseq}
			for _, line := range lines[1:] {
				name, value, _ := strings.Cut(line, ":")
				message.Headers = append(message.Headers, sst.Header{Name: name, Value: strings.TrimSpace(value)})
				if name == "To" {
					c.to = strings.TrimSpace(value)
				}
			}
			if status >= 200 && strings.Contains(head, fmt.Sprintf("CSeq: %d %s", c.cseq, method)) {
				return message
			}
		case <-patience:
			c.Fatalf("no response to %s", method)
		}
	}
}

// request sends a request and passes the response to libsst, again whenever libsst says "retry".
func (c *call) request(method string, refresh bool) {
	c.Helper()
	var tx sst.Tx
	body := ""
	if method == "INVITE" {
		body = description
	}
	for action := "retry"; action == "retry"; {
		c.cseq++
		headers, err := c.session.Request(&tx, method, c.cseq, body != "", refresh)
		if err != nil {
			c.Fatal(err)
		}
		remote := c.to
		fmt.Fprint(c.conn, c.message(method, headers, body))
		response := c.response(method)
		if method == "INVITE" {
			fmt.Fprint(c.conn, c.message("ACK", nil, ""))
		}
		verdict, err := c.session.Response(&tx, response)
		if err != nil {
			c.Fatal(err)
		}
		if action = verdict.Action; action == "retry" {
			c.to = remote // a rejected INVITE creates no dialog
		}
		if action == "failed" {
			c.Fatalf("%s: %d", method, response.Status)
		}
	}
}

func (c *call) event(kind string) sst.Event {
	c.Helper()
	select {
	case event := <-c.session.Events():
		if event.Kind != kind {
			c.Fatalf("expected %s, came %+v", kind, event)
		}
		return event
	case <-time.After(time.Minute):
		c.Fatalf("expected %s, came nothing", kind)
	}
	return sst.Event{}
}

func caller(t *testing.T, speed time.Duration, interval string) *sst.Session {
	t.Helper()
	policy, err := sst.NewPolicy(map[string]string{"mode": "request", "session_expires": interval})
	if err != nil {
		t.Fatal(err)
	}
	timers := sst.NewTimers(fast{time.Now(), speed})
	t.Cleanup(timers.Close)
	session, err := timers.Caller(policy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.End)
	return session
}

// sst-ua wants at least 1800 s: a 422, another INVITE, and a refresh after 900 s, which take 18 s
// here. It would take as long again for sst-ua to give up, so that a busy machine has time.
func TestRefresh(t *testing.T) {
	peer := start(t, "--speed", "50", "--min-se", "1800")
	c := dial(t, caller(t, 50, "90"), peer.port)
	c.request("INVITE", false)
	if event := c.event("negotiated"); event.Interval != 1800*time.Second || event.Side != "local" {
		t.Fatalf("got %+v", event)
	}
	if event := c.event("refresh"); event.Method != "UPDATE" {
		t.Fatalf("got %+v", event)
	}
	c.request("UPDATE", true)
	c.event("refreshed")

	c.cseq++
	headers, err := c.session.Request(nil, "BYE", c.cseq, false, false)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c.conn, c.message("BYE", headers, ""))
	c.response("BYE")
	if err := peer.command.Wait(); err != nil {
		t.Fatalf("sst-ua: %v", err)
	}
}

// sst-ua is silent after it answered, as if it had crashed: the refresh gets no response, and the
// call ends.
func TestSilentPeer(t *testing.T) {
	peer := start(t, "--speed", "20", "--mute-after", "1")
	c := dial(t, caller(t, 20, "90"), peer.port)
	c.request("INVITE", false)
	c.event("negotiated")
	event := c.event("refresh")
	c.cseq++
	var tx sst.Tx
	headers, err := c.session.Request(&tx, event.Method, c.cseq, event.Offer, true)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c.conn, c.message(event.Method, headers, ""))
	if event := c.event("ended"); event.Reason == "" {
		t.Fatal("no reason for the BYE")
	}
}
