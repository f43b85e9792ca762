// A user agent on JsSIP, for node: its signalling is JsSIP's own, its media a stub.
//
//   node jssip_peer.js [OPTION...] PORT     the port of the WebSocket, and of the registrar
//     --call URI            calls; without it answers
//     --expires SECONDS     its session interval (JsSIP's default: 90)
//     --method NAME         how it refreshes, UPDATE (JsSIP's default) or INVITE
//     --force-refresher     says refresher=uac when it calls
//     --no-timer            does not know the extension
//     --hold SECONDS        holds that long after the call began
//     --lose N              its first 200 to the Nth INVITE is lost, the first being 1
//
// NODE_PATH says where JsSIP and ws are. What happens goes to standard output, one JSON object a line.
'use strict';

const util = require('node:util');

const { values: options, positionals } = util.parseArgs({
    allowPositionals: true,
    options: {
        'call': { type: 'string' },
        'expires': { type: 'string' },
        'method': { type: 'string', default: 'UPDATE' },
        'force-refresher': { type: 'boolean', default: false },
        'no-timer': { type: 'boolean', default: false },
        'hold': { type: 'string' },
        'lose': { type: 'string' },
    },
});
const registrar = '127.0.0.1:' + positionals[0];

function tell(event, more) {
    process.stdout.write(JSON.stringify({ event, ...more }) + '\n');
}

// A peer connection that accepts everything, with the session descriptions of one audio stream.
class Connection extends EventTarget {
    constructor() {
        super();
        this.iceGatheringState = 'complete';
        this.iceConnectionState = 'connected';
        this.signalingState = 'stable';
        this.version = 0;
    }

    describe(type) {
        const offered = type === 'answer' && this.remoteDescription.sdp;
        const direction = { sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };
        const [, wanted] = /^a=(sendonly|recvonly|inactive)/m.exec(offered) || [];
        this.version++;
        return Promise.resolve({
            type,
            sdp: ['v=0', `o=- 1 ${this.version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1',
                't=0 0', 'm=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000',
                'a=' + (direction[wanted] || 'sendrecv'), ''].join('\r\n'),
        });
    }

    createOffer() { return this.describe('offer'); }

    createAnswer() { return this.describe('answer'); }

    setLocalDescription(description) {
        this.localDescription = description;
        return Promise.resolve();
    }

    setRemoteDescription(description) {
        this.remoteDescription = description;
        return Promise.resolve();
    }

    getSenders() { return []; }

    getReceivers() { return []; }

    close() { this.signalingState = 'closed'; }
}

// What JsSIP needs from a browser.
globalThis.window = globalThis;
globalThis.RTCPeerConnection = Connection;
globalThis.RTCSessionDescription = function (description) { return description; };
globalThis.WebSocket = require('ws');
const JsSIP = require('jssip');

// A WebSocket that loses one message.
class Socket extends JsSIP.WebSocketInterface {
    constructor(url) {
        super(url);
        this.invites = new Set();
        this.lost = false;
    }

    send(data) {
        const text = data.toString();
        const [, number] = /^CSeq: (\d+) INVITE/mi.exec(text) || [];
        if (options.lose && !this.lost && number && text.startsWith('SIP/2.0 200')) {
            this.invites.add(number);
            if (this.invites.size === Number(options.lose)) {
                this.lost = true;
                tell('lost', { cseq: Number(number) });
                return true;
            }
        }
        return super.send(data);
    }
}

const how = {
    mediaConstraints: { audio: false, video: false },
    ...options.expires && { sessionTimersExpires: Number(options.expires) },
};

function follow(session) {
    for (const event of ['accepted', 'confirmed', 'hold', 'unhold', 'update', 'reinvite']) {
        session.on(event, (data) => tell(event, { originator: data && data.originator }));
    }
    for (const event of ['ended', 'failed']) {
        session.on(event, ({ originator, cause }) => tell(event, { originator, cause }));
    }
    if (options.hold) {
        session.on('confirmed', () => setTimeout(() => session.hold(), options.hold * 1000));
    }
}

const ua = new JsSIP.UA({
    sockets: [new Socket(`ws://${registrar}`)],
    uri: `sip:peer@${registrar}`,
    register_expires: 3600,
    session_timers: !options['no-timer'],
    session_timers_refresh_method: options.method,
    session_timers_force_refresher: options['force-refresher'],
});
ua.on('newRTCSession', ({ originator, session }) => {
    follow(session);
    if (originator === 'remote') {
        session.answer(how);
    }
});
ua.on('registrationFailed', ({ cause }) => tell('unregistered', { cause }));
ua.on('registered', () => {
    tell('listening');
    if (options.call) {
        ua.call(options.call, how);
    }
});
ua.start();
