import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { connectionFromEnvironment, createCluster, explainConnectError } from '../../../src/kafka/connection.ts';
import { silentLog } from '../../../src/log.ts';

describe('the connection as the environment gives it', () => {
  test('is empty where nothing is set, or set to nothing', () => {
    expect(connectionFromEnvironment({})).toEqual({});
    expect(connectionFromEnvironment({ KAFKA_BROKERS: '', KAFKA_SSL: '', KAFKA_SASL_USERNAME: '' })).toEqual({});
  });

  test('lists the brokers', () => {
    expect(connectionFromEnvironment({ KAFKA_BROKERS: 'one:9092, two.example:9093,' })).toEqual({
      brokers: ['one:9092', 'two.example:9093'],
    });
  });

  test('turns TLS on by a flag or by any file', () => {
    expect(connectionFromEnvironment({ KAFKA_SSL: 'TRUE' })).toEqual({ ssl: true });
    expect(connectionFromEnvironment({ KAFKA_SSL: 'false', KAFKA_SSL_CA: 'ca.pem' })).toEqual({ ssl: false });
    expect(connectionFromEnvironment({ KAFKA_SSL_CA: 'ca.pem', KAFKA_SSL_CERT: 'me.pem', KAFKA_SSL_KEY: 'me.key' })).toEqual({
      ssl: { caFile: 'ca.pem', certFile: 'me.pem', keyFile: 'me.key' },
    });
  });

  test('logs in with plain unless told otherwise', () => {
    const login = { KAFKA_SASL_USERNAME: 'fx', KAFKA_SASL_PASSWORD: 'secret' };
    expect(connectionFromEnvironment(login)).toEqual({ sasl: { mechanism: 'plain', username: 'fx', password: 'secret' } });
    expect(connectionFromEnvironment({ ...login, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512' }).sasl?.mechanism).toBe('scram-sha-512');
  });

  test.each([
    [{ KAFKA_BROKERS: 'localhost' }, /KAFKA_BROKERS.*localhost/],
    [{ KAFKA_SSL: 'maybe' }, /KAFKA_SSL.*maybe/],
    [{ KAFKA_SSL_CERT: 'me.pem' }, /KAFKA_SSL_KEY/],
    [{ KAFKA_SASL_USERNAME: 'fx' }, /KAFKA_SASL_PASSWORD/],
    [{ KAFKA_SASL_MECHANISM: 'gssapi', KAFKA_SASL_USERNAME: 'fx', KAFKA_SASL_PASSWORD: 'x' }, /gssapi.*scram-sha-256/],
  ])('%j is refused with the variable’s name', (env, message) => {
    expect(() => connectionFromEnvironment(env)).toThrow(UserError);
    expect(() => connectionFromEnvironment(env)).toThrow(message);
  });
});

describe('a connection that does not come about', () => {
  test('for a TLS file that is not there names the file', () => {
    const connection = { brokers: ['127.0.0.1:1'], clientId: 'test', ssl: { caFile: 'no-such-file.pem' } };
    expect(() => createCluster(connection, silentLog)).toThrow(/no-such-file\.pem/);
  });

  test('for another reason keeps that reason', () => {
    const bug = new TypeError('x is undefined');
    expect(explainConnectError({ brokers: ['a:1'], clientId: 'test' }, bug)).toBe(bug);
  });
});
