"""From a video or an image to the faces in it."""

from graphforensics.preprocess.decode import probe, read_frames
from graphforensics.preprocess.detection import Detection
from graphforensics.preprocess.dlib_cnn_detector import DlibCnnDetector
from graphforensics.preprocess.dlib_hog_detector import DlibHogDetector
from graphforensics.preprocess.extract_tracks import extract_tracks
from graphforensics.preprocess.extraction_options import ExtractionOptions
from graphforensics.preprocess.extraction_report import ExtractionReport
from graphforensics.preprocess.extraction_summary import ExtractionSummary
from graphforensics.preprocess.face_detector import FaceDetector
from graphforensics.preprocess.face_recognizer import FaceRecognizer
from graphforensics.preprocess.frame import Frame
from graphforensics.preprocess.landmarks import LandmarkPredictor, landmark_box
from graphforensics.preprocess.media_info import MediaInfo
from graphforensics.preprocess.pipeline import extract
from graphforensics.preprocess.png import decode_png, encode_png
from graphforensics.preprocess.selection import (
    EvenFrames,
    EveryFrame,
    FrameSelection,
    Snippets,
    parse_selection,
)
from graphforensics.preprocess.sharpness import sharpness
from graphforensics.preprocess.track_frame import TrackFrame

__all__ = [
    "Detection",
    "DlibCnnDetector",
    "DlibHogDetector",
    "EvenFrames",
    "EveryFrame",
    "ExtractionOptions",
    "ExtractionReport",
    "ExtractionSummary",
    "FaceDetector",
    "FaceRecognizer",
    "Frame",
    "FrameSelection",
    "LandmarkPredictor",
    "MediaInfo",
    "Snippets",
    "TrackFrame",
    "decode_png",
    "encode_png",
    "extract",
    "extract_tracks",
    "landmark_box",
    "parse_selection",
    "probe",
    "read_frames",
    "sharpness",
]
