using Mesh.Model.Requests;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Inbound;

/// <summary>A request that may pass, and what it is served by.</summary>
/// <param name="Port">The port, as the configuration has it by which the request was judged.</param>
/// <param name="Pool">The connections to the app, held until the request has ended: a configuration that comes meanwhile does not take them away.</param>
/// <param name="Target">What is asked for, as the app is to see it.</param>
internal readonly record struct Admission(ServedPort Port, HttpPool Pool, RequestTarget Target);
