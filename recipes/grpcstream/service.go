package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// This file is what protoc-gen-go-grpc would write, by hand, so that the recipe needs no protoc.
// With a file such as
//
//	service Feed { rpc Watch(google.protobuf.Empty) returns (stream Tick); }
//	message Tick { int64 seq = 1; string symbol = 2; double price = 3; int64 missed = 4; }
//
// generated code replaces it: FeedServer, RegisterFeedServer, NewFeedClient and Tick, which takes
// the place of structpb.Struct. The method Watch of feed stays.

type feedServer interface {
	Watch(*emptypb.Empty, grpc.ServerStreamingServer[structpb.Struct]) error
}

var feedService = grpc.ServiceDesc{
	ServiceName: "recipes.Feed",
	HandlerType: (*feedServer)(nil),
	Streams: []grpc.StreamDesc{{
		StreamName:    "Watch",
		ServerStreams: true,
		Handler: func(s any, stream grpc.ServerStream) error {
			request := new(emptypb.Empty)
			if err := stream.RecvMsg(request); err != nil {
				return err
			}
			return s.(feedServer).Watch(request,
				&grpc.GenericServerStream[emptypb.Empty, structpb.Struct]{ServerStream: stream})
		},
	}},
}

func registerFeedServer(s grpc.ServiceRegistrar, f feedServer) { s.RegisterService(&feedService, f) }

// watch calls Watch.
func watch(ctx context.Context, c grpc.ClientConnInterface) (grpc.ServerStreamingClient[structpb.Struct], error) {
	raw, err := c.NewStream(ctx, &feedService.Streams[0], "/recipes.Feed/Watch")
	if err != nil {
		return nil, err
	}
	stream := &grpc.GenericClientStream[emptypb.Empty, structpb.Struct]{ClientStream: raw}
	if err := stream.SendMsg(new(emptypb.Empty)); err != nil {
		return nil, err
	}
	return stream, stream.CloseSend()
}
